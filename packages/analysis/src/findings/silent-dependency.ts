// SPDX-License-Identifier: Apache-2.0
//
// A long call that nobody answers in the trace: the callee is not instrumented, lost the context, or belongs to someone
// else. Databases and brokers are always silent, and no news.

import { spanKinds, type SpanIndex, type Trace } from '@tracewell/trace';
import { childrenOf, durationOf } from '../children.ts';
import { calleeOf, callsOpaqueSystem } from './callee.ts';
import type { SilentDependencyFinding } from './finding.ts';

const SERVER = spanKinds.indexOf('server');
const CLIENT = spanKinds.indexOf('client');

/** What costs less of the trace is not worth a sentence. */
const LEAST_SHARE = 0.2;

/** At most one finding per callee, with its longest call first; callees by that call, the longest first. */
export function findSilentDependencies(trace: Trace): SilentDependencyFinding[] {
  const long: SpanIndex[] = [];
  for (let span = 0; span < trace.length; span++) {
    const isLong = durationOf(trace, span) >= LEAST_SHARE * trace.duration && trace.duration > 0;
    if (isLong && trace.kinds[span] === CLIENT && !isAnswered(trace, span)) {
      long.push(span);
    }
  }
  const byCallee = new Map<string, SpanIndex[]>();
  for (const call of long.sort((a, b) => durationOf(trace, b) - durationOf(trace, a))) {
    const span = trace.spanAt(call);
    if (!callsOpaqueSystem(span)) {
      const callee = calleeOf(span);
      byCallee.set(callee, [...(byCallee.get(callee) ?? []), call]);
    }
  }
  return [...byCallee].map(([callee, spans]) => {
    const time = durationOf(trace, spans[0] ?? 0);
    return { kind: 'silent-dependency', severity: 'warning', spans, callee, time, share: time / trace.duration };
  });
}

function isAnswered(trace: Trace, call: SpanIndex): boolean {
  const service = trace.services[call];
  return childrenOf(trace, call).some((child) => trace.kinds[child] === SERVER || trace.services[child] !== service);
}
