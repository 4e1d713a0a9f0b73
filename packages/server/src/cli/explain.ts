// SPDX-License-Identifier: Apache-2.0
//
// `tracewell explain QUERY`: asks a running store how it answers a query, and prints the plan and the steps. It goes
// over HTTP because one process owns the data folder. Exit codes as for the other commands: 2 for a wrong command
// line, 1 if the store does not answer or refuses the query.
import type { ExplainJson } from '@tracewell/protocols';
import { parseArgs } from 'node:util';
import { messageOf } from '../telemetry/failure.ts';
import { tryParseDuration } from '../config/values.ts';
import { DEFAULT_URL } from './target/arguments.ts';
import { credentialsOf, messageOfAnswer } from './target/running-store.ts';

/** What the command works with. */
export interface ExplainContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

export const explainUsage = `Usage: tracewell explain QUERY [flags]

Runs a TraceQL query on a running store and prints how it was run: what it was understood to be, the
statements, how many rows each gave and how long it took.

  --url URL         address of the store (default http://127.0.0.1:3200)
  --since DURATION  range that ends now, such as 30m or 1d (default: everything stored; a metrics query: 1h)
  --limit N         traces to find (default 20)
  --step DURATION   of a metrics query (default: one value for the whole range)
  --sql             statements in full length
  --json            print the answer as the store gave it

Credentials are read from TRACEWELL_BASIC_AUTH or TRACEWELL_BEARER_TOKEN, as "tracewell serve" reads them.
`;

const SHORT_SQL = 160;

/** Runs the command and resolves to the exit code. */
export async function runExplain(args: readonly string[], context: ExplainContext): Promise<number> {
  const { stdout, stderr } = context;
  const asked = readArguments(args);
  if (typeof asked === 'string') {
    stderr.write(`tracewell explain: ${asked}\n\n${explainUsage}`);
    return 2;
  }
  const address = addressOf(asked);
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(address, { headers: credentialsOf(context.environment) });
    text = await answer.text();
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    stderr.write(
      `tracewell explain: no store answers at ${asked.url}: ${messageOf(cause)}; give its address by --url\n`
    );
    return 1;
  }
  if (!answer.ok) {
    stderr.write(`tracewell explain: ${asked.url} answered ${answer.status}: ${messageOfAnswer(text)}\n`);
    return 1;
  }
  stdout.write(asked.json ? `${text}\n` : describe(JSON.parse(text) as ExplainJson, asked.sql));
  return 0;
}

interface Asked {
  readonly query: string;
  readonly url: string;
  readonly sinceMs?: number;
  readonly stepMs?: number;
  readonly limit?: string;
  readonly sql: boolean;
  readonly json: boolean;
}

/** What the command line asks for, or what is wrong with it. */
function readArguments(args: readonly string[]): Asked | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: 'string', default: DEFAULT_URL },
        since: { type: 'string' },
        step: { type: 'string' },
        limit: { type: 'string' },
        sql: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    const [query, ...more] = positionals;
    if (query === undefined || more.length > 0) {
      return `expected one query (in quotes), found ${positionals.length}`;
    }
    const { url, since, step, limit, sql, json } = values;
    const sinceMs = since === undefined ? undefined : tryParseDuration(since);
    if (since !== undefined && sinceMs === undefined) {
      return `--since: found ${JSON.stringify(since)}, expected a duration such as 30m or 1d`;
    }
    const stepMs = step === undefined ? undefined : tryParseDuration(step);
    if (step !== undefined && (stepMs === undefined || stepMs < 1)) {
      return `--step: found ${JSON.stringify(step)}, expected a duration such as 30s`;
    }
    if (!URL.canParse(url)) {
      return `--url: found ${JSON.stringify(url)}, expected an address such as ${DEFAULT_URL}`;
    }
    return {
      query,
      url: url.replace(/\/+$/, ''),
      ...(sinceMs === undefined ? {} : { sinceMs }),
      ...(stepMs === undefined ? {} : { stepMs }),
      ...(limit === undefined ? {} : { limit }),
      sql,
      json,
    };
  } catch (error) {
    return messageOf(error);
  }
}

/** A metrics query needs a range; a search without one looks at everything. */
function addressOf({ query, url, sinceMs, stepMs, limit }: Asked): string {
  const parameters = new URLSearchParams({ q: query });
  const isMetrics = /\|\s*(rate|count_over_time|\w+_over_time|compare)\s*\(/.test(query);
  const length = sinceMs ?? (isMetrics ? 3_600_000 : undefined);
  if (length !== undefined) {
    const end = BigInt(Date.now()) * 1_000_000n;
    parameters.set('start', String(end - BigInt(Math.round(length)) * 1_000_000n));
    parameters.set('end', String(end));
  }
  if (stepMs !== undefined) {
    parameters.set('step', String(BigInt(Math.round(stepMs)) * 1_000_000n));
  }
  if (limit !== undefined) {
    parameters.set('limit', limit);
  }
  return `${url}/tracewell/api/v1/explain?${parameters.toString()}`;
}

function describe(answer: ExplainJson, wholeSql: boolean): string {
  const things = answer.kind === 'search' ? 'traces' : 'series';
  const { cost } = answer;
  const lines = [answer.plan, ''];
  for (const { what, block, sql, rows, milliseconds } of answer.steps) {
    const where = block === undefined ? '' : `  [${block}]`;
    lines.push(`${milliseconds.toFixed(1).padStart(9)} ms ${String(rows).padStart(9)} rows  ${what}${where}`);
    if (sql !== undefined) {
      const shown = wholeSql || sql.length <= SHORT_SQL ? sql : `${sql.slice(0, SHORT_SQL)} ...`;
      lines.push(`${' '.repeat(13)}${shown}`);
    }
  }
  lines.push(
    '',
    `${answer.found} ${things} in ${answer.milliseconds.toFixed(1)} ms; ` +
      `${cost.inspectedSpans} spans in ${cost.blocks} ${cost.blocks === 1 ? 'block' : 'blocks'} looked at`
  );
  if (answer.partial !== undefined) {
    lines.push(`not complete: ${answer.partial}`);
  }
  return `${lines.join('\n')}\n`;
}
