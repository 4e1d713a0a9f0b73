// SPDX-License-Identifier: Apache-2.0
//
// Starts a job and watches it to its end. Whoever asks the command to stop asks for the job's end, too.
import type { AdminJobJson, AdminJobRequestJson } from '@tracewell/protocols';
import type { OperateContext } from './operate-context.ts';
import { Progress } from './progress.ts';
import type { StoreTarget } from './target/target.ts';

const FIRST_POLL_MS = 20;
const MAX_POLL_MS = 500;

/** Resolves to how the job ended. Rejects as the target does. */
export async function runJob(
  target: StoreTarget,
  request: AdminJobRequestJson,
  context: Pick<OperateContext, 'stderr' | 'untilAskedToStop'>
): Promise<AdminJobJson> {
  const progress = new Progress(context.stderr, 'spans');
  let job = await target.startJob(request);
  const { id } = job;
  let isCancelled = false;
  void context.untilAskedToStop().then((reason) => {
    isCancelled = true;
    context.stderr.write(`\n${reason}: cancelling\n`);
    // If it ended just now there is nothing to cancel.
    target.cancelJob(id).catch(() => undefined);
  });
  let pause = FIRST_POLL_MS;
  while (job.endedAt === undefined) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(MAX_POLL_MS, pause * 1.5);
    job = await target.job(id);
    if (!isCancelled) {
      progress.update(job.what, job.done, job.total);
    }
  }
  progress.end();
  return job;
}

/** What to say of a job that did not do its work; undefined if it did. */
export function failureOf(job: AdminJobJson): string | undefined {
  switch (job.state) {
    case 'done':
      return undefined;
    case 'cancelled':
      return 'cancelled; what was finished by then stays';
    default:
      return job.error?.message ?? `the job ended as ${job.state}`;
  }
}
