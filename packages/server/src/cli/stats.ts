// SPDX-License-Identifier: Apache-2.0
//
// `tracewell stats`: what a store holds and what it costs, and how long it lasts at the present rate.
import { size } from '@tracewell/base';
import type { AdminStatsJson } from '@tracewell/protocols';
import { parseArgs } from 'node:util';
import type { OperateContext } from './operate-context.ts';
import { count } from './progress.ts';
import { credentialsUsage, openTarget, targetFlags, targetUsage } from './target/arguments.ts';

export const statsUsage = `Usage: tracewell stats [flags]

Prints what a store holds: spans, blocks, services, what columns cost on disk, and how long it lasts.

${targetUsage}
  --blocks          a line for each block
  --json            everything, as JSON

${credentialsUsage}`;

const SHOWN_SERVICES = 20;
const SHOWN_COLUMNS = 15;
const DAY_MS = 86_400_000;
/** Less than this says nothing about a day. */
const MIN_HISTORY_MS = 10 * 60_000;

/** Runs the command and resolves to the exit code. */
export async function runStats(args: readonly string[], context: OperateContext): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { ...targetFlags, blocks: { type: 'boolean' }, json: { type: 'boolean' } },
  });
  const target = await openTarget(values, context);
  try {
    const stats = await target.stats();
    const text = values.json === true ? JSON.stringify(stats) : describeStats(stats, values.blocks === true);
    context.stdout.write(`${text}\n`);
    return 0;
  } finally {
    await target.close();
  }
}

/** The statistics for people. */
export function describeStats(stats: AdminStatsJson, withBlocks: boolean): string {
  const { spans, bytes, blocks, retention, services, columns, setAside } = stats;
  const sealed = blocks.filter(({ state }) => state === 'sealed');
  const sealedSpans = sum(sealed.map((block) => block.spans));
  const sealedBytes = sum(sealed.map((block) => block.bytes));
  const states = (['open', 'sealing', 'sealed'] as const).map(
    (state) => `${blocks.filter((block) => block.state === state).length} ${state}`
  );
  const lines = [
    `data folder   ${stats.dataDir} (format ${stats.formatVersion})`,
    `spans         ${count(spans)}`,
    `traces        ${count(stats.traces)} in sealed blocks`,
    `blocks        ${states.join(', ')}`,
    `on disk       ${size(bytes)}${sealedSpans > 0 ? `; sealed ${(sealedBytes / sealedSpans).toFixed(1)} bytes a span` : ''}`,
    `disk free     ${size(stats.freeDiskBytes)}`,
    `oldest span   ${timeText(stats.oldest)}`,
    `newest span   ${timeText(stats.newest)}`,
    `retention     ${duration(retention.maxAgeMs)} or ${size(retention.maxBytes)}; ${forecast(stats)}`,
  ];
  if (setAside.length > 0) {
    lines.push('', `set aside, because they could not be used (${setAside.length} files):`);
    lines.push(...setAside.map((file) => `  ${file.name}  ${size(file.bytes)}`));
  }
  if (services.length > 0) {
    lines.push(
      '',
      ...table(
        ['service', 'spans', 'errors'],
        shown(services, SHOWN_SERVICES, ({ name, ...counts }) => [name, count(counts.spans), count(counts.errors)])
      )
    );
  }
  if (columns.length > 0) {
    // Pages that are not full cost as much as full ones, small blocks above all.
    const rest = sealedBytes - sum(columns.map((column) => column.bytes));
    const share = (part: number): string => `${((100 * part) / sealedBytes).toFixed(1)} %`;
    lines.push(
      '',
      ...table(
        ['column', 'on disk', 'share'],
        [
          ...shown(columns, SHOWN_COLUMNS, (column) => [
            `${column.name}${column.type === undefined ? '' : ` (${column.type})`}`,
            size(column.bytes),
            share(column.bytes),
          ]),
          ['what is in no column', size(Math.max(0, rest)), share(Math.max(0, rest))],
        ]
      )
    );
  }
  if (withBlocks) {
    lines.push(
      '',
      ...table(
        ['block', 'state', 'spans', 'traces', 'on disk', 'from', 'to'],
        blocks.map((block) => [
          block.id,
          block.state,
          count(block.spans),
          block.traces === undefined ? '-' : count(block.traces),
          size(block.bytes),
          block.spans === 0 ? '-' : timeText(block.minTime),
          block.spans === 0 ? '-' : timeText(block.maxTime),
        ])
      )
    );
  }
  return lines.join('\n');
}

/** How long spans stay at the rate of what is stored. */
function forecast({ oldest, newest, bytes, retention }: AdminStatsJson): string {
  const history =
    oldest === undefined || newest === undefined ? 0 : Number((BigInt(newest) - BigInt(oldest)) / 1_000_000n);
  if (history < MIN_HISTORY_MS || bytes === 0) {
    return 'too little is stored to tell how long that lasts';
  }
  const days = (retention.maxBytes / bytes) * (history / DAY_MS);
  const reached = days * DAY_MS < retention.maxAgeMs ? 'the size is reached first' : 'the age is reached first';
  return `at ${size((bytes * DAY_MS) / history)} a day the size lasts ${days < 10 ? days.toFixed(1) : count(days)} days: ${reached}`;
}

function shown<T>(rows: readonly T[], most: number, cells: (row: T) => string[]): string[][] {
  const first = rows.slice(0, most).map(cells);
  return rows.length > most ? [...first, [`and ${rows.length - most} more`, '', '']] : first;
}

/** The first column to the left, the others to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  );
}

function timeText(nanos: string | undefined): string {
  if (nanos === undefined) {
    return '-';
  }
  const date = new Date(Number(BigInt(nanos) / 1_000_000n));
  return Number.isNaN(date.getTime()) ? `${nanos} ns` : date.toISOString();
}

function duration(ms: number): string {
  return ms >= DAY_MS ? `${+(ms / DAY_MS).toFixed(1)} days` : `${+(ms / 3_600_000).toFixed(1)} hours`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
