// SPDX-License-Identifier: Apache-2.0
//
// Where the failure began. An error begins in a span without a failed child, and is carried up by the failed spans
// above it, without a gap. Of several beginnings the one that was carried to a root is told, then the one that was carried
// furthest, then the one that ended first.

import { findText, STATUS_ERROR, type Span, type SpanIndex, type Trace } from '@tracewell/trace';
import type { FirstErrorFinding } from './finding.ts';

interface Chain {
  readonly origin: SpanIndex;
  /** From the origin's parent up. */
  readonly carriers: readonly SpanIndex[];
  readonly reachedRoot: boolean;
}

/** One finding when the trace has an error, else none. */
export function findFirstError(trace: Trace): FirstErrorFinding[] {
  const origins = originsOf(trace);
  const lengths = carriersBelow(trace);
  let best: SpanIndex | undefined;
  for (const origin of origins) {
    if (best === undefined || isBetter(trace, lengths, origin, best)) {
      best = origin;
    }
  }
  if (best === undefined) {
    return [];
  }
  const chain = chainOf(trace, best);
  return [
    {
      kind: 'first-error',
      severity: chain.reachedRoot ? 'error' : 'warning',
      spans: [best, ...chain.carriers],
      message: messageOf(trace.spanAt(best)),
      carried: chain.carriers.length,
      reachedRoot: chain.reachedRoot,
      others: origins.length - 1,
    },
  ];
}

function originsOf(trace: Trace): SpanIndex[] {
  const hasFailedChild = new Uint8Array(trace.length);
  const origins: SpanIndex[] = [];
  for (let span = trace.length - 1; span >= 0; span--) {
    if (trace.statusCodes[span] === STATUS_ERROR) {
      if (hasFailedChild[span] === 0) {
        origins.push(span);
      }
      const parent = trace.parents[span] ?? -1;
      if (parent !== -1) {
        hasFailedChild[parent] = 1;
      }
    }
  }
  return origins.reverse();
}

interface Carried {
  /** By failed span: the number of failed spans above it without a gap. */
  readonly counts: Uint32Array;
  /** 1 where the last of them is a root. */
  readonly reachRoot: Uint8Array;
}

function carriersBelow(trace: Trace): Carried {
  const counts = new Uint32Array(trace.length);
  const reachRoot = new Uint8Array(trace.length);
  for (let span = 0; span < trace.length; span++) {
    if (trace.statusCodes[span] === STATUS_ERROR) {
      const parent = trace.parents[span] ?? -1;
      if (parent === -1) {
        reachRoot[span] = 1;
      } else if (trace.statusCodes[parent] === STATUS_ERROR) {
        counts[span] = (counts[parent] ?? 0) + 1;
        reachRoot[span] = reachRoot[parent] ?? 0;
      }
    }
  }
  return { counts, reachRoot };
}

function isBetter(trace: Trace, { counts, reachRoot }: Carried, a: SpanIndex, b: SpanIndex): boolean {
  const byRoot = (reachRoot[a] ?? 0) - (reachRoot[b] ?? 0);
  const byCount = (counts[a] ?? 0) - (counts[b] ?? 0);
  const byEnd = (trace.ends[b] ?? 0) - (trace.ends[a] ?? 0);
  return (byRoot || byCount || byEnd) > 0;
}

function chainOf(trace: Trace, origin: SpanIndex): Chain {
  const carriers: SpanIndex[] = [];
  let above = trace.parents[origin] ?? -1;
  while (above !== -1 && trace.statusCodes[above] === STATUS_ERROR) {
    carriers.push(above);
    above = trace.parents[above] ?? -1;
  }
  return { origin, carriers, reachedRoot: above === -1 };
}

/** The status message, else the message or type of an exception, else `error.type`, else ''. */
function messageOf(span: Span): string {
  if (span.statusMessage !== '') {
    return span.statusMessage;
  }
  for (const event of span.events) {
    if (event.name === 'exception') {
      const text = findText(event.attributes, 'exception.message') ?? findText(event.attributes, 'exception.type');
      if (text !== undefined) {
        return text;
      }
    }
  }
  return findText(span.attributes, 'error.type') ?? '';
}
