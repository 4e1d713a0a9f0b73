// SPDX-License-Identifier: Apache-2.0
//
// Problems of a trace in words: what it is and what it means for the reader.

import type { Trace, TraceProblem } from '@tracewell/trace';

/** One sentence for a problem of a trace. */
export function problemText(problem: TraceProblem, trace: Trace): string {
  switch (problem.kind) {
    case 'missing-parent':
      return `Its parent ${problem.parentSpanId} is not in this trace: not sent, sampled away, or not yet arrived`;
    case 'duplicate-span-id':
      return `Another span has the same id (${trace.spanIds[problem.span] ?? ''}): children may hang on the wrong one`;
    case 'cycle':
      return 'It was its own ancestor; the circle was cut here';
    case 'end-before-start':
      return 'It ends before it starts; shown without duration';
    case 'time-out-of-range':
      return 'Its time is more than 104 days from the start of the trace; shown at the edge';
  }
}
