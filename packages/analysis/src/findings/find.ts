// SPDX-License-Identifier: Apache-2.0
//
// Runs the rules, and puts what they found in the order in which a reader wants it.

import type { Trace } from '@tracewell/trace';
import { selfTimes } from '../self-time/self-time.ts';
import { findDominatingWork } from './dominating-work.ts';
import type { Finding, Severity } from './finding.ts';
import { findFirstError } from './first-error.ts';
import { findRepeatedCalls } from './repeated-calls.ts';
import { findSilentDependencies } from './silent-dependency.ts';

const order: readonly Severity[] = ['error', 'warning', 'info'];

/**
 * What stands out in a trace: errors that reached the user, then what costs time, then the rest; the most
 * expensive first within each rule. O(n log n). `self` are the trace's self times, where the caller has them already.
 */
export function findFindings(trace: Trace, self: Float64Array = selfTimes(trace)): Finding[] {
  const silent = findSilentDependencies(trace);
  const explained = new Set(silent.flatMap((finding) => finding.spans));
  const findings: Finding[] = [
    ...findFirstError(trace),
    ...findRepeatedCalls(trace),
    ...silent,
    ...findDominatingWork(trace, self, explained),
  ];
  return findings.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}
