// SPDX-License-Identifier: Apache-2.0
//
// Clocks of different hosts disagree, and then a server seems to work before it was called. This computes how far each span
// would have to be shifted to look plausible. It is a guess for display; stored times stay as they were sent.
//
// The rules are Jaeger's: a span on the same host as its parent moves with it; on another host, a child that does not
// fit into its parent is centred in it (the network is taken to be as slow there as back); a child that is longer than its parent
// is asynchronous, and is only kept from starting first. So is a CONSUMER below a PRODUCER, however short: waiting in a queue is no skew.

import { findText, spanKinds, type SpanIndex, type Trace } from '@tracewell/trace';
import { durationOf } from '../children.ts';

const SERVER = spanKinds.indexOf('server');
const CLIENT = spanKinds.indexOf('client');
const PRODUCER = spanKinds.indexOf('producer');
const CONSUMER = spanKinds.indexOf('consumer');

/** Nanoseconds to add to each span's times for display, by span index; 0 where nothing seems wrong. O(n). */
export function clockShifts(trace: Trace): Float64Array {
  const shifts = new Float64Array(trace.length);
  for (let span = 0; span < trace.length; span++) {
    const parent = trace.parents[span] ?? -1;
    if (parent !== -1) {
      const parentShift = shifts[parent] ?? 0;
      const shift = shiftInto(trace, parent, parentShift, span);
      // Where both rules say the same, as nearly everywhere, nobody needs to know the hosts: asking decodes the spans.
      shifts[span] = shift === parentShift || haveOneClock(trace, parent, span) ? parentShift : shift;
    }
  }
  return shifts;
}

/** Looks at resources only where a call may have left the process. */
function haveOneClock(trace: Trace, parent: SpanIndex, child: SpanIndex): boolean {
  const sameService = trace.services[parent] === trace.services[child];
  const isCall = trace.kinds[child] === SERVER || trace.kinds[child] === CONSUMER;
  if (sameService && !isCall) {
    return true;
  }
  const host = hostOf(trace, child);
  return host !== undefined && host === hostOf(trace, parent);
}

function hostOf(trace: Trace, span: SpanIndex): string | undefined {
  const { attributes } = trace.spanAt(span).resource;
  return findText(attributes, 'host.id') ?? findText(attributes, 'host.ip') ?? findText(attributes, 'host.name');
}

function shiftInto(trace: Trace, parent: SpanIndex, parentShift: number, child: SpanIndex): number {
  const parentStart = (trace.starts[parent] ?? 0) + parentShift;
  const parentEnd = (trace.ends[parent] ?? 0) + parentShift;
  const start = trace.starts[child] ?? 0;
  const end = trace.ends[child] ?? 0;
  const slack = parentEnd - parentStart - durationOf(trace, child);
  const isMessage = trace.kinds[parent] === PRODUCER && trace.kinds[child] === CONSUMER;
  if (slack < 0 || isMessage) {
    return Math.max(parentStart - start, 0);
  }
  if (start >= parentStart && end <= parentEnd) {
    return 0;
  }
  // A caller that did not wait (it is no CLIENT) may rightly be outlived by what it started.
  if (trace.kinds[parent] !== CLIENT && start >= parentStart && start <= parentEnd) {
    return 0;
  }
  return parentStart + slack / 2 - start;
}
