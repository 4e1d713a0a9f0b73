// SPDX-License-Identifier: Apache-2.0
//
// The tables that the benchmark prints.
import type { IngestFigures } from './ingest.ts';
import type { Peer } from './peers.ts';
import type { AloneFigures, LoadedFigures, PeerAnswer } from './query-run.ts';
import type { Protocol } from './senders.ts';
import { printTable } from './table.ts';

export interface IngestReport {
  readonly name: string;
  readonly protocol: Protocol;
  readonly figures: IngestFigures;
  /** What is known of the disk, of our store. */
  readonly storage?: {
    readonly sealedSpans: number;
    readonly sealedBytes: number;
    readonly folderBytes: number;
    readonly spans: number;
  };
}

export interface QueryReport {
  readonly name: string;
  readonly figures: AloneFigures;
}

/** A number for people. */
export function figure(value: number, digits = 0): string {
  return Number.isFinite(value) ? value.toLocaleString('en-US', { maximumFractionDigits: digits }) : '-';
}

/** How much it cost to receive; with ratios if there is more than one receiver. */
export function reportIngest(title: string, reports: readonly IngestReport[]): void {
  printTable(
    title,
    [
      '',
      'spans',
      'spans/s',
      'CPU s per million',
      'with sealing or flushing',
      'ack p50 ms',
      'p95',
      'p99',
      'slowest',
      'peak MB',
      'sealed B/span',
      'folder B/span',
    ],
    reports.map(({ name, protocol, figures, storage }) => [
      `${name}, ${protocol}`,
      figure(figures.spans),
      figure(figures.spans / figures.seconds),
      figure(figures.cpuPerMillion, 1),
      figure(figures.cpuPerMillionInAll, 1),
      figure(figures.p50),
      figure(figures.p95),
      figure(figures.p99),
      figure(figures.slowest),
      figure(figures.peakMemory),
      storage === undefined ? '' : figure(storage.sealedBytes / storage.sealedSpans, 1),
      storage === undefined ? '' : figure(storage.folderBytes / storage.spans, 1),
    ])
  );
  const [ours, ...others] = reports;
  for (const { name, figures } of others.filter((other) => other.name !== ours?.name)) {
    if (ours !== undefined) {
      const cpu = figures.cpuPerMillionInAll / ours.figures.cpuPerMillionInAll;
      const speed = ours.figures.spans / ours.figures.seconds / (figures.spans / figures.seconds);
      process.stdout.write(
        `\nagainst ${name}: ${figure(speed, 2)} times its spans/s, ${figure(cpu, 2)} times its spans per CPU second, ${figure(ours.figures.peakMemory / figures.peakMemory, 2)} of its peak memory\n`
      );
    }
  }
}

/** What the questions cost, alone and under ingest. */
export function reportQueries(title: string, alone: readonly QueryReport[], loaded: LoadedFigures): void {
  printTable(
    title,
    [
      '',
      'cold p50',
      'cold slowest',
      'cold CPU',
      'warm p50',
      'warm p95',
      'warm CPU',
      'under ingest p50',
      'p95',
      'peak MB',
      'items',
      'bytes',
    ],
    alone.map(({ name, figures }) => {
      const under = loaded.waits.get(name);
      return [
        name,
        figure(figures.coldP50, 1),
        figure(figures.coldSlowest, 1),
        figure(figures.coldCpu),
        figure(figures.warm.p50, 1),
        figure(figures.warm.p95, 1),
        figure(figures.warm.cpu, 1),
        figure(under?.p50 ?? Number.NaN, 1),
        figure(under?.p95 ?? Number.NaN, 1),
        figure(figures.peakMemory),
        figure(figures.answer.items ?? Number.NaN),
        figure(figures.answer.bytes),
      ];
    })
  );
  process.stdout.write(
    `\nunder ingest: ${figure(loaded.spansPerSecond)} spans/s beside the questions, peak memory ${figure(loaded.peakMemory)} MB\n`
  );
  loaded.failures.forEach((failure) => process.stdout.write(`\nunder ingest: ${failure}\n`));
  const plans = alone.filter(({ figures }) => figures.plan !== '');
  if (plans.length > 0) {
    process.stdout.write(`\n${plans.map(({ name, figures }) => `${name}\n${figures.plan}`).join('\n\n')}\n`);
  }
}

export interface PeerReport {
  readonly peer: Peer;
  /** By the question's name; undefined for one that it cannot be asked. */
  readonly answers: ReadonlyMap<string, PeerAnswer | undefined>;
}

/** The same questions to the peers; nothing if there are none. */
export function reportPeers(
  alone: readonly QueryReport[],
  peers: readonly PeerReport[],
  spans: { readonly ours: number; readonly theirs: number }
): void {
  const rows: string[][] = [];
  const refusals: string[] = [];
  for (const { name, figures } of alone) {
    for (const { peer, answers } of peers) {
      const theirs = answers.get(name);
      if (theirs === undefined) {
        rows.push([name, peer.name, figure(figures.warm.p50, 1), 'cannot be asked']);
      } else if ('refused' in theirs) {
        rows.push([name, peer.name, figure(figures.warm.p50, 1), 'refused']);
        refusals.push(`${peer.name}: ${theirs.refused}`);
      } else {
        const { waits, answer } = theirs;
        rows.push([
          name,
          peer.name,
          figure(figures.warm.p50, 1),
          figure(waits.p50, 1),
          figure(figures.warm.p95, 1),
          figure(waits.p95, 1),
          figure(figures.warm.cpu, 1),
          figure(waits.cpu, 1),
          figure(waits.p50 / figures.warm.p50, 2),
          figure(waits.cpu / figures.warm.cpu, 2),
          `${figure(figures.answer.items ?? Number.NaN)} / ${figure(answer.items ?? Number.NaN)}`,
        ]);
      }
    }
  }
  if (rows.length > 0) {
    printTable(
      `The same questions to the peers, warm, milliseconds; ours over ${figure(spans.ours)} spans, theirs over ${figure(spans.theirs)} (ratios: theirs through ours)`,
      [
        '',
        'peer',
        'our p50',
        'their p50',
        'our p95',
        'their p95',
        'our CPU',
        'their CPU',
        'p50 ratio',
        'CPU ratio',
        'items, ours / theirs',
      ],
      rows
    );
  }
  refusals.forEach((refusal) => process.stdout.write(`\n${refusal}\n`));
}
