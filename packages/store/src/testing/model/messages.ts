// SPDX-License-Identifier: Apache-2.0
//
// What the process with the store is told by the model-based test, and what it answers.

import type {
  JobRequest,
  MetricsRequest,
  RedRequest,
  SearchRequest,
  ServiceGraphRequest,
  StoreOptions,
  TagValuesRequest,
  TraceRequest,
} from '../../api.ts';

export type ChildRequest =
  | { readonly kind: 'open'; readonly options: StoreOptions }
  | { readonly kind: 'close' | 'retain' | 'seal' | 'status' }
  /** The time it is from now on; it goes on from there. */
  | { readonly kind: 'clock'; readonly nowMs: number }
  /** The next commit fails, before or after it is durable. */
  | { readonly kind: 'fail'; readonly when: 'before' | 'after' }
  /** Retention finds that no more than this share of what the folder has may be stored. Answered with {@link Shrunk}. */
  | { readonly kind: 'shrink'; readonly share: number }
  | { readonly kind: 'ingest'; readonly bytes: Uint8Array<ArrayBuffer> }
  /** Answered when the job has ended. */
  | { readonly kind: 'job'; readonly request: JobRequest }
  | { readonly kind: 'trace'; readonly request: TraceRequest }
  | { readonly kind: 'search'; readonly request: SearchRequest }
  | { readonly kind: 'tagValues'; readonly request: TagValuesRequest }
  | { readonly kind: 'red'; readonly request: RedRequest }
  | { readonly kind: 'metrics'; readonly request: MetricsRequest }
  | { readonly kind: 'serviceGraph'; readonly request: ServiceGraphRequest };

/** A sealed block, as retention sees it. */
export interface SealedBlock {
  readonly id: string;
  readonly bytes: number;
  readonly lastArrival: number;
}

/** What retention by size has done. */
export interface Shrunk {
  readonly limit: number;
  /** Sealed blocks that there were, and that there are. */
  readonly before: readonly SealedBlock[];
  readonly after: readonly SealedBlock[];
  /** What all files of the folder take. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Whether a block was being made of others at the end. */
  readonly isMerging: boolean;
  /** Trace id, span id and kind of each span whose block has gone. */
  readonly lost: readonly string[];
}

export interface ChildAnswer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly message: string; readonly code: string };
}
