// SPDX-License-Identifier: Apache-2.0
//
// `tracewell verify` and `tracewell compact`: jobs without more to ask.
import type { AdminJobJson } from '@tracewell/protocols';
import { parseArgs } from 'node:util';
import type { OperateContext } from './operate-context.ts';
import { count } from './progress.ts';
import { failureOf, runJob } from './run-job.ts';
import { credentialsUsage, openTarget, targetFlags, targetUsage } from './target/arguments.ts';

export const verifyUsage = `Usage: tracewell verify [flags]

Reads everything back and compares it with what the blocks say of themselves. Repairs nothing. Exit code 1 if
something is damaged.

${targetUsage}
  --blocks          a line for each block
  --json            the result as JSON

${credentialsUsage}`;

export const compactUsage = `Usage: tracewell compact [flags]

Seals what is open and merges small blocks as far as they can be merged.

${targetUsage}
  --json            the result as JSON

${credentialsUsage}`;

/** Runs `verify` and resolves to the exit code. */
export function runVerify(args: readonly string[], context: OperateContext): Promise<number> {
  return runPlainJob('verify', args, context, ({ blocks, spans, notes, damaged }, ids) => [
    ...ids.map((id) => {
      const findings = notes.filter((note) => note.startsWith(`block ${id}: `)).length;
      return `block ${id}: ${findings === 0 ? 'good' : `damaged (${count(findings)} findings)`}`;
    }),
    ...notes,
    `${count(spans)} spans read, ${count(blocks)} blocks are good; ${
      damaged === true ? `damage was found (${count(notes.length)} findings)` : 'nothing is damaged'
    }`,
  ]);
}

/** Runs `compact` and resolves to the exit code. */
export function runCompact(args: readonly string[], context: OperateContext): Promise<number> {
  return runPlainJob('compact', args, context, ({ blocks, spans, notes }) => [
    ...notes,
    blocks === 0 ? 'nothing to merge' : `${count(blocks)} blocks merged, ${count(spans)} spans in them`,
  ]);
}

async function runPlainJob(
  kind: 'verify' | 'compact',
  args: readonly string[],
  context: OperateContext,
  describe: (result: NonNullable<AdminJobJson['result']>, blocks: readonly string[]) => readonly string[]
): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { ...targetFlags, json: { type: 'boolean' }, ...(kind === 'verify' && { blocks: { type: 'boolean' } }) },
  });
  const target = await openTarget(values, context);
  try {
    const job = await runJob(target, { kind }, context);
    if (values.json === true) {
      context.stdout.write(`${JSON.stringify(job)}\n`);
    } else if (job.result !== undefined) {
      const blocks = values.blocks === true ? (await target.stats()).blocks.map(({ id }) => id) : [];
      context.stdout.write(`${describe(job.result, blocks).join('\n')}\n`);
    }
    const failure = failureOf(job);
    if (failure !== undefined) {
      context.stderr.write(`tracewell ${kind}: ${failure}\n`);
    }
    return failure === undefined && job.result?.damaged !== true ? 0 : 1;
  } finally {
    await target.close();
  }
}
