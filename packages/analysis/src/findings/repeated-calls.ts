// SPDX-License-Identifier: Apache-2.0
//
// The "N+1" rule: outgoing calls of one parent that do the same, one after the other, where one call (or calls side
// by side) might do. Calls are the same when service and name are, and what answers them: an HTTP client's span is often
// named `GET`, whoever is called.

import { unionLength } from '@tracewell/base';
import { spanKinds, type SpanIndex, type Trace } from '@tracewell/trace';
import { childrenOf, durationOf } from '../children.ts';
import { calleeOf } from './callee.ts';
import type { RepeatedCallsFinding } from './finding.ts';

const CLIENT = spanKinds.indexOf('client');

/** Fewer calls than this are a habit, not a loop. */
const LEAST_CALLS = 5;
/** Calls that together cost less of the trace than this are not what the reader is looking for... */
const LEAST_SHARE = 0.05;
/** ...unless there are so many of them that they will be one day. */
const MANY_CALLS = 20;
/** Sequential: the calls ran side by side for less than this part of their time. */
const MOST_OVERLAP = 0.1;
/** SDKs that start spans at whole milliseconds and measure durations exactly let sequential calls overlap by less than one. */
const CLOCK_STEP = 1_000_000;
/** What no clock excuses: calls that ran side by side for more than this part of their time. */
const INEXCUSABLE_OVERLAP = 0.5;

/** Every loop of calls, the most expensive first. */
export function findRepeatedCalls(trace: Trace): RepeatedCallsFinding[] {
  const findings: RepeatedCallsFinding[] = [];
  for (let parent = 0; parent < trace.length; parent++) {
    if ((trace.childCounts[parent] ?? 0) >= LEAST_CALLS) {
      for (const calls of alikeCalls(trace, parent)) {
        const finding = judge(trace, parent, calls);
        if (finding !== undefined) {
          findings.push(finding);
        }
      }
    }
  }
  return findings.sort((a, b) => b.time - a.time);
}

function alikeCalls(trace: Trace, parent: SpanIndex): SpanIndex[][] {
  const byName = groupBy(
    childrenOf(trace, parent).filter((child) => trace.kinds[child] === CLIENT),
    (child) => `${trace.services[child]} ${trace.names[child]}`
  );
  return byName
    .filter((calls) => calls.length >= LEAST_CALLS)
    .flatMap((calls) => groupBy(calls, (call) => answererOf(trace, call)))
    .filter((calls) => calls.length >= LEAST_CALLS);
}

/** The span that answered the call; without one, what the call says about where it goes. */
function answererOf(trace: Trace, call: SpanIndex): string {
  if ((trace.childCounts[call] ?? 0) > 0) {
    return `${trace.services[call + 1]} ${trace.names[call + 1]}`;
  }
  return calleeOf(trace.spanAt(call));
}

function judge(trace: Trace, parent: SpanIndex, calls: readonly SpanIndex[]): RepeatedCallsFinding | undefined {
  const time = unionLength(calls.map((call) => ({ start: trace.starts[call] ?? 0, end: trace.ends[call] ?? 0 })));
  const total = calls.reduce((sum, call) => sum + durationOf(trace, call), 0);
  const share = trace.duration === 0 ? 0 : time / trace.duration;
  const excused = Math.min(calls.length * CLOCK_STEP, INEXCUSABLE_OVERLAP * total);
  const isSequential = total - time <= Math.max(MOST_OVERLAP * total, excused);
  if (!isSequential || (share < LEAST_SHARE && calls.length < MANY_CALLS)) {
    return undefined;
  }
  return { kind: 'repeated-calls', severity: 'warning', spans: calls, parent, count: calls.length, time, share };
}

function groupBy(spans: readonly SpanIndex[], keyOf: (span: SpanIndex) => string): SpanIndex[][] {
  const groups = new Map<string, SpanIndex[]>();
  for (const span of spans) {
    const key = keyOf(span);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [span]);
    } else {
      group.push(span);
    }
  }
  return [...groups.values()];
}
