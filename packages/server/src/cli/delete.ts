// SPDX-License-Identifier: Apache-2.0
//
// `tracewell delete`: one trace, or all that a search selects. Says first how much that is.
import type { AdminJobRequestJson } from '@tracewell/protocols';
import { parseArgs } from 'node:util';
import type { OperateContext } from './operate-context.ts';
import { count } from './progress.ts';
import { failureOf, runJob } from './run-job.ts';
import {
  ArgumentError,
  credentialsUsage,
  openTarget,
  rangeFlags,
  rangeUsage,
  readRange,
  targetFlags,
  targetUsage,
} from './target/arguments.ts';
import type { Range, StoreTarget } from './target/target.ts';

export const deleteUsage = `Usage: tracewell delete (--trace ID | --query TRACEQL) [flags]

Deletes a trace, or the spans that a query selects, for good: from all blocks, and from the disk. Shows how many there
are and asks first.

  --trace ID        one trace
  --query TRACEQL   the spans that a search selects, such as '{ span.user.email = "a@example.com" }'
  --whole-traces    with --query: the whole traces that have such spans
${rangeUsage}
  --yes             do not ask
${targetUsage}
  --json            the result as JSON

${credentialsUsage}`;

interface Wanted {
  readonly request: AdminJobRequestJson;
  /** Finds the spans that it is about. */
  readonly query: string;
  readonly range: Range;
  readonly wholeTraces: boolean;
}

/** Runs the command and resolves to the exit code. */
export async function runDelete(args: readonly string[], context: OperateContext): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...targetFlags,
      ...rangeFlags,
      trace: { type: 'string' },
      query: { type: 'string' },
      'whole-traces': { type: 'boolean' },
      yes: { type: 'boolean' },
      json: { type: 'boolean' },
    },
  });
  const wanted = readWanted(values);
  if (values.yes !== true && context.ask === undefined) {
    throw new ArgumentError('there is no terminal to ask at, expected --yes');
  }
  const target = await openTarget(values, context);
  try {
    const found = await target.count(wanted.query, wanted.range);
    if (found.spans === 0) {
      context.stderr.write('nothing matches, so nothing is deleted\n');
      return 0;
    }
    if (values.yes !== true && !(await confirm(found, wanted, target, context))) {
      context.stderr.write('nothing is deleted\n');
      return 1;
    }
    const job = await runJob(target, wanted.request, context);
    if (values.json === true) {
      context.stdout.write(`${JSON.stringify(job)}\n`);
    } else if (job.result !== undefined) {
      const { spans, blocks, notes } = job.result;
      context.stdout.write([...notes, `deleted ${count(spans)} spans; ${count(blocks)} blocks rewritten\n`].join('\n'));
    }
    const failure = failureOf(job);
    if (failure !== undefined) {
      context.stderr.write(`tracewell delete: ${failure}\n`);
    }
    return failure === undefined ? 0 : 1;
  } finally {
    await target.close();
  }
}

function readWanted(values: {
  readonly trace?: string | undefined;
  readonly query?: string | undefined;
  readonly 'whole-traces'?: boolean | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}): Wanted {
  const { trace, query } = values;
  const range = readRange(values);
  const wholeTraces = values['whole-traces'] === true;
  if ((trace === undefined) === (query === undefined)) {
    throw new ArgumentError(`expected either --trace or --query, found ${trace === undefined ? 'neither' : 'both'}`);
  }
  if (trace !== undefined) {
    if (!/^[0-9a-fA-F]{1,32}$/.test(trace)) {
      throw new ArgumentError(`--trace: found ${JSON.stringify(trace)}, expected 1 to 32 hex digits`);
    }
    if (wholeTraces || range.start !== undefined || range.end !== undefined) {
      throw new ArgumentError('--whole-traces, --since and --until go with --query, not with --trace');
    }
    const traceId = trace.toLowerCase().padStart(32, '0');
    const request = { kind: 'delete', traceId } as const;
    return { request, query: `{ trace:id = "${traceId}" }`, range, wholeTraces: true };
  }
  const text = query ?? '';
  if (text.trim() === '') {
    throw new ArgumentError("--query: found nothing, expected a query; '{}' is everything");
  }
  const { start, end } = range;
  const request = {
    kind: 'delete',
    query: text,
    wholeTraces,
    ...(start !== undefined && { start: String(start) }),
    ...(end !== undefined && { end: String(end) }),
  } as const;
  return { request, query: text, range, wholeTraces };
}

async function confirm(
  { spans, traces }: { readonly spans: number; readonly traces: number },
  { wholeTraces, request }: Wanted,
  target: StoreTarget,
  context: OperateContext
): Promise<boolean> {
  const what =
    wholeTraces && 'query' in request
      ? `${count(traces)} whole traces, which have ${count(spans)} matching spans`
      : `${count(spans)} spans of ${count(traces)} traces`;
  const answer = await context.ask?.(`Delete ${what} from ${target.name}? This cannot be undone. [y/N] `);
  return /^y(es)?$/i.test((answer ?? '').trim());
}
