// SPDX-License-Identifier: Apache-2.0
//
// What each kind of job does, on the blocks that are open at the time.

import { StoreError } from '../api.ts';
import type { JobRequest, JobResult } from '../api.ts';
import type { BlockSet } from '../blocks/block-set.ts';
import { parseTraceId } from '../execute/ids.ts';
import { planSearch } from '../plan/search-plan.ts';
import { verifyStore } from '../verify/verify-store.ts';
import type { VerifySource } from '../verify/verify-store.ts';
import type { JobControl } from './job-control.ts';

/** Throws what is wrong with a request before it waits its turn: StoreError 'malformed', 'invalid-query'. */
export function checkJob(request: JobRequest): void {
  if (request.kind !== 'delete') {
    return;
  }
  const { what } = request;
  if ('traceId' in what) {
    if (parseTraceId(what.traceId) === undefined) {
      throw new StoreError('malformed', `a trace id is 1 to 32 hex digits, found ${JSON.stringify(what.traceId)}`);
    }
  } else {
    planSearch(what.query);
  }
}

/** What jobs work on. */
export interface JobSource extends VerifySource {
  /** The blocks that are open now. Throws StoreError while there are none. */
  readonly blocks: () => BlockSet;
}

/** Does the work. Rejects with StoreError 'cancelled' and what can go wrong with blocks. */
export async function runJob(request: JobRequest, control: JobControl, source: JobSource): Promise<JobResult> {
  switch (request.kind) {
    case 'verify':
      return verifyStore(source, control);
    case 'compact':
      return source.blocks().compact(control);
    case 'delete':
      return source.blocks().deleteSpans(request.what, control);
  }
}
