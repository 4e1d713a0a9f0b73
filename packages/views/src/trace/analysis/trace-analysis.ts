// SPDX-License-Identifier: Apache-2.0
//
// What the waterfall shows beside the spans themselves, computed once per trace from the functions of
// @tracewell/analysis and laid out for quick access by span: errors below a span, sections of the critical path, folds,
// problems.

import {
  criticalPath,
  findFindings,
  foldSiblings,
  selfTimes,
  type CriticalSection,
  type Finding,
} from '@tracewell/analysis';
import type { SpanIndex, Trace, TraceProblem } from '@tracewell/trace';
import { STATUS_ERROR } from '@tracewell/trace';
import { mergeIntervals, type Intervals } from '../layout/bars.ts';
import type { Folding } from '../layout/rows.ts';

export interface TraceAnalysis {
  readonly errorCount: number;
  readonly maxDepth: number;
  readonly folding: Folding;
  readonly selfTimes: Float64Array;
  readonly findings: readonly Finding[];
  /** 1 for spans that have a section on the critical path. */
  readonly onCriticalPath: Uint8Array;
  readonly problemsOf: ReadonlyMap<SpanIndex, readonly TraceProblem[]>;
  /** Spans with an error among the descendants (the span itself not counted). */
  errorsBelow(span: SpanIndex): number;
  /** Sections of the critical path that are the span's own. */
  criticalOf(span: SpanIndex): Intervals;
  /** Sections of the span and all its descendants, joined. */
  criticalWithin(span: SpanIndex): Intervals;
}

/** Sections by span: `times` holds start and end of each, those of span i at `offsets[i]` to `offsets[i + 1]`. */
function sectionsBySpan(
  length: number,
  sections: readonly CriticalSection[]
): { offsets: Uint32Array; times: Float64Array } {
  const offsets = new Uint32Array(length + 1);
  for (const { span } of sections) offsets[span + 1] = (offsets[span + 1] ?? 0) + 2;
  for (let i = 0; i < length; i++) offsets[i + 1] = (offsets[i + 1] ?? 0) + (offsets[i] ?? 0);
  const next = offsets.slice();
  const times = new Float64Array(sections.length * 2);
  for (const { span, start, end } of sections) {
    const at = next[span] ?? 0;
    times[at] = start;
    times[at + 1] = end;
    next[span] = at + 2;
  }
  return { offsets, times };
}

/** Analyses a trace. O(spans log spans). */
export function analyseTrace(trace: Trace): TraceAnalysis {
  const n = trace.length;
  const errorsBefore = new Uint32Array(n + 1);
  let maxDepth = 0;
  for (let i = 0; i < n; i++) {
    errorsBefore[i + 1] = (errorsBefore[i] ?? 0) + (trace.statusCodes[i] === STATUS_ERROR ? 1 : 0);
    maxDepth = Math.max(maxDepth, trace.depths[i] ?? 0);
  }
  const problemsOf = new Map<SpanIndex, TraceProblem[]>();
  for (const problem of trace.problems) {
    const list = problemsOf.get(problem.span);
    if (list === undefined) problemsOf.set(problem.span, [problem]);
    else list.push(problem);
  }
  const sections = criticalPath(trace, longestRoot(trace));
  const { offsets, times } = sectionsBySpan(n, sections);
  const onCriticalPath = new Uint8Array(n);
  const self = selfTimes(trace);
  for (const { span } of sections) onCriticalPath[span] = 1;
  return {
    errorCount: errorsBefore[n] ?? 0,
    maxDepth: n === 0 ? 0 : maxDepth + 1,
    folding: toFolding(trace),
    selfTimes: self,
    findings: findFindings(trace, self),
    onCriticalPath,
    problemsOf,
    errorsBelow: (span) => (errorsBefore[trace.subtreeEnds[span] ?? span + 1] ?? 0) - (errorsBefore[span + 1] ?? 0),
    criticalOf: (span) => times.subarray(offsets[span], offsets[span + 1]),
    criticalWithin: (span) =>
      mergeIntervals(times.subarray(offsets[span], offsets[trace.subtreeEnds[span] ?? span + 1])),
  };
}

/** The tree that the eye follows: a trace in pieces has its critical path in the longest one. */
function longestRoot(trace: Trace): SpanIndex {
  let longest = trace.roots[0] ?? -1;
  let most = -1;
  for (const root of trace.roots) {
    const duration = (trace.ends[root] ?? 0) - (trace.starts[root] ?? 0);
    if (duration > most) {
      most = duration;
      longest = root;
    }
  }
  return longest;
}

function toFolding(trace: Trace): Folding {
  const foldOfSpan = new Int32Array(trace.length).fill(-1);
  const folds = foldSiblings(trace).map((group, index) => {
    for (const member of group.members) foldOfSpan[member] = index;
    return { members: Uint32Array.from(group.members) };
  });
  return { folds, foldOfSpan };
}
