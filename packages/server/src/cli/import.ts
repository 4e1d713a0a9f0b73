// SPDX-License-Identifier: Apache-2.0
//
// `tracewell import`: files of traces into a store. Sending the same file twice stores nothing twice as long as the
// store remembers what it has (its open block and the last ones).
import { MalformedRequestError } from '@tracewell/protocols';
import { stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { messageOf } from '../telemetry/failure.ts';
import type { OperateContext } from './operate-context.ts';
import { count, Progress } from './progress.ts';
import { ArgumentError, credentialsUsage, openTarget, targetFlags, targetUsage } from './target/arguments.ts';
import { CommandError, type StoreTarget } from './target/target.ts';
import { readTraces } from './transfer/read-traces.ts';
import { splitRequest, type RequestPart } from './transfer/split-request.ts';

export const importUsage = `Usage: tracewell import FILE... [flags]

Reads OTLP JSON (lines or one document) or one OTLP protobuf message a file, gzip or not, and stores the spans. A
running store gets them through its OTLP port; while it is busy the command waits.

${targetUsage}
  --otlp-url URL    OTLP address of the running store (default: what the store itself names)

${credentialsUsage}`;

const LIMITS = { maxBytes: 4_000_000, maxSpans: 20_000 };
/** Requests under way: the store commits them together. */
const MAX_UNDER_WAY = 4;

interface Sums {
  spans: number;
  rejected: number;
  readonly reasons: Set<string>;
}

/** Runs the command and resolves to the exit code. */
export async function runImport(args: readonly string[], context: OperateContext): Promise<number> {
  const { values, positionals: files } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...targetFlags, 'otlp-url': { type: 'string' } },
  });
  if (files.length === 0) {
    throw new ArgumentError('expected a file to import');
  }
  const sizes = await Promise.all(files.map(sizeOf));
  const target = await openTarget(values, context, { mayCreate: true, otlpUrl: values['otlp-url'] });
  const sums: Sums = { spans: 0, rejected: 0, reasons: new Set() };
  const progress = new Progress(context.stderr, 'bytes read');
  const stopped = new AbortController();
  void context.untilAskedToStop().then((reason) => {
    stopped.abort(new CommandError(`${reason}: cancelled after ${count(sums.spans)} spans, which stay`));
  });
  try {
    const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
    let before = 0;
    for (const [index, file] of files.entries()) {
      await importFile(file, target, sums, stopped.signal, (read) => progress.update(file, before + read, total));
      before += sizes[index] ?? 0;
    }
  } finally {
    progress.end();
    await target.close();
  }
  for (const reason of sums.reasons) {
    context.stderr.write(`${reason}\n`);
  }
  const refused = sums.rejected > 0 ? `, ${count(sums.rejected)} were rejected` : '';
  context.stderr.write(`imported ${count(sums.spans - sums.rejected)} spans into ${target.name}${refused}\n`);
  return sums.rejected > 0 ? 1 : 0;
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${messageOf(error)}`);
  }
}

async function importFile(
  file: string,
  target: StoreTarget,
  sums: Sums,
  signal: AbortSignal,
  progress: (read: number) => void
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const failures: Error[] = [];
  for await (const { bytes, read } of readTraces(file)) {
    for (const part of requestsOf(bytes, file)) {
      const sending: Promise<void> = target
        .ingest(part.bytes, signal)
        .then(
          ({ rejectedSpans, message }) => {
            sums.spans += part.spans;
            sums.rejected += rejectedSpans;
            if (message !== '') {
              sums.reasons.add(message);
            }
          },
          (error: unknown) => {
            failures.push(error instanceof Error ? error : new CommandError(messageOf(error)));
          }
        )
        .finally(() => underWay.delete(sending));
      underWay.add(sending);
      while (underWay.size >= MAX_UNDER_WAY) {
        await Promise.race(underWay);
      }
      if (failures.length > 0) {
        break;
      }
    }
    progress(read);
    if (failures.length > 0) {
      break;
    }
  }
  await Promise.all(underWay);
  const [failure] = failures;
  if (failure !== undefined) {
    throw failure;
  }
}

function requestsOf(bytes: Uint8Array, file: string): RequestPart[] {
  try {
    return [...splitRequest(bytes, LIMITS)];
  } catch (error) {
    if (error instanceof MalformedRequestError) {
      throw new CommandError(`${file}: not OTLP trace data: ${error.message}`);
    }
    throw error;
  }
}
