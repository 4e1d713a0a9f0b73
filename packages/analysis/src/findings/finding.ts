// SPDX-License-Identifier: Apache-2.0
//
// What a finding is: data, not text, so that a view can count, sort and link; `describeFinding` gives the sentence.

import type { SpanIndex } from '@tracewell/trace';

/** How loud: an error that reached the user, time that could be saved, or something worth knowing. */
export type Severity = 'error' | 'warning' | 'info';

interface FindingBase {
  readonly severity: Severity;
  /** What to show and select, the most telling span first. Never empty. */
  readonly spans: readonly SpanIndex[];
}

/** One parent makes the same call again and again, one after the other. */
export interface RepeatedCallsFinding extends FindingBase {
  readonly kind: 'repeated-calls';
  readonly parent: SpanIndex;
  readonly count: number;
  /** How long at least one of the calls ran, nanoseconds. */
  readonly time: number;
  /** `time` as a part of the trace, 0 to 1. */
  readonly share: number;
}

/** The span that failed first, and the spans above it that failed with it. */
export interface FirstErrorFinding extends FindingBase {
  readonly kind: 'first-error';
  /** What the span says about the failure; '' when it says nothing. */
  readonly message: string;
  /** Number of spans above it, without a gap, that have an error too. */
  readonly carried: number;
  /** Whether the error was carried up to a root. */
  readonly reachedRoot: boolean;
  /** Number of other spans where an error began. */
  readonly others: number;
}

/** A call took long, and nothing tells what the callee did. */
export interface SilentDependencyFinding extends FindingBase {
  readonly kind: 'silent-dependency';
  /** What was called as far as the span tells, for example a host; '' when it does not. */
  readonly callee: string;
  readonly time: number;
  readonly share: number;
}

/** One span's own work is most of the trace. */
export interface DominatingWorkFinding extends FindingBase {
  readonly kind: 'dominating-work';
  /** Self time, nanoseconds. */
  readonly time: number;
  readonly share: number;
}

export type Finding = RepeatedCallsFinding | FirstErrorFinding | SilentDependencyFinding | DominatingWorkFinding;
