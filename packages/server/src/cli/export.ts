// SPDX-License-Identifier: Apache-2.0
//
// `tracewell export`: whole traces into a file, as OTLP JSON lines or Parquet.
import { countSpans, WireReader } from '@tracewell/protocols';
import { openParquetFile } from '@tracewell/store';
import { parseArgs } from 'node:util';
import { messageOf } from '../telemetry/failure.ts';
import type { OperateContext } from './operate-context.ts';
import { count, Progress } from './progress.ts';
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
import { CommandError } from './target/target.ts';
import { jsonLinesTo, openJsonLines } from './transfer/json-lines.ts';
import type { TraceFile } from './transfer/trace-file.ts';

export const exportUsage = `Usage: tracewell export --out FILE [flags]

Writes traces, whole and each once, to a file. The file has its name when it is complete.

  --out FILE        where to; - is standard output, a name that ends in .gz is compressed (both JSON only)
  --format FORMAT   otlp-json: OTLP JSON lines, which "tracewell import" and the Collector read; parquet: a table
                    of spans (docs/formats/export.md). Default: parquet for FILE.parquet, else otlp-json
  --query TRACEQL   the traces that a search finds (default: all)
${rangeUsage}
${targetUsage}

${credentialsUsage}`;

type Format = 'otlp-json' | 'parquet';

/** Runs the command and resolves to the exit code. */
export async function runExport(args: readonly string[], context: OperateContext): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...targetFlags,
      ...rangeFlags,
      out: { type: 'string' },
      format: { type: 'string' },
      query: { type: 'string' },
    },
  });
  const { out } = values;
  if (out === undefined || out === '') {
    throw new ArgumentError('expected --out FILE');
  }
  const format = readFormat(values.format, out);
  const range = readRange(values);
  const target = await openTarget(values, context);
  try {
    const source = await target.openExport(values.query ?? '', range);
    const file = await openFile(out, format, context);
    const progress = new Progress(context.stderr, 'spans');
    let asked: string | undefined;
    void context.untilAskedToStop().then((reason) => {
      asked = reason;
    });
    let spans = 0;
    try {
      for await (const message of source.messages) {
        if (asked !== undefined) {
          throw new CommandError(`${asked}: cancelled, and ${out} is not written`);
        }
        spans += countSpans(new WireReader(message));
        await file.add(message);
        progress.update('exporting', spans, Math.max(spans, source.spans));
      }
      await file.close();
    } catch (error) {
      await file.discard();
      throw error instanceof CommandError || !isOfSystem(error)
        ? error
        : new CommandError(`cannot write ${out}: ${messageOf(error)}`);
    } finally {
      progress.end();
    }
    context.stderr.write(`exported ${count(spans)} spans to ${out === '-' ? 'standard output' : out}\n`);
    return 0;
  } finally {
    await target.close();
  }
}

function readFormat(format: string | undefined, out: string): Format {
  const chosen = format ?? (out.endsWith('.parquet') ? 'parquet' : 'otlp-json');
  if (chosen !== 'otlp-json' && chosen !== 'parquet') {
    throw new ArgumentError(`--format: found ${JSON.stringify(chosen)}, expected otlp-json or parquet`);
  }
  if (chosen === 'parquet' && (out === '-' || out.endsWith('.gz'))) {
    throw new ArgumentError(`--out: found ${JSON.stringify(out)}, expected a file that is not compressed for Parquet`);
  }
  return chosen;
}

async function openFile(out: string, format: Format, context: OperateContext): Promise<TraceFile> {
  try {
    return format === 'parquet'
      ? await openParquetFile(out)
      : out === '-'
        ? jsonLinesTo(context.stdout)
        : await openJsonLines(out);
  } catch (error) {
    throw new CommandError(`cannot write ${out}: ${messageOf(error)}`);
  }
}

/** Node's errors of the file system have a code. */
function isOfSystem(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
}
