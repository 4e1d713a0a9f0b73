// SPDX-License-Identifier: Apache-2.0
//
// How long the operation of a trace's root usually takes, and how this trace compares: what is asked, and what is said
// of the answer. Few requests have no 99th percentile worth the name; then the 90th stands in, or nothing.

import { formatDuration, type Trace } from '@tracewell/trace';
import { quoteString } from '@tracewell/traceql';
import type { RedSeries, TimeRange } from '../../host.ts';

const HALF_AN_HOUR = 1_800_000;
/** Fewer requests say nothing about what is usual. */
const LEAST_REQUESTS = 20;
/** From here on the 99th percentile is more than the slowest request. */
const REQUESTS_FOR_P99 = 200;
/** A range that ends so little before now is called the last one. */
const JUST_NOW = 60_000;

/** The operation that a trace is one request of. */
export interface Operation {
  readonly service: string;
  readonly name: string;
  /** Of the root span. */
  readonly durationNanos: number;
  /** The hour around the trace, not beyond `now`. */
  readonly range: TimeRange;
  readonly isLastHour: boolean;
}

/** Undefined for a trace whose beginning is missing: its first span is no request that others can be compared with. */
export function operationOf(trace: Trace, now: number): Operation | undefined {
  const root = trace.roots[0];
  if (root === undefined || trace.problems.some(({ kind, span }) => kind === 'missing-parent' && span === root)) {
    return undefined;
  }
  const start = Number(trace.startUnixNano / 1_000_000n);
  const to = Math.max(start, Math.min(now, start + HALF_AN_HOUR));
  return {
    service: trace.serviceNames[trace.services[root] ?? 0] ?? '',
    name: trace.names[root] ?? '',
    durationNanos: (trace.ends[root] ?? 0) - (trace.starts[root] ?? 0),
    range: { from: to - 2 * HALF_AN_HOUR, to },
    isLastHour: now - to < JUST_NOW,
  };
}

/** The requests of an operation, as TraceQL; with `longerThan` only those that took longer, nanoseconds. */
export function operationQuery({ service, name }: Operation, longerThan?: number): string {
  const conditions = [
    'nestedSetParent < 0',
    `resource.service.name = ${quoteString(service)}`,
    `name = ${quoteString(name)}`,
  ];
  if (longerThan !== undefined) conditions.push(`duration > ${String(Math.floor(longerThan / 1000))}us`);
  return `{ ${conditions.join(' && ')} }`;
}

export interface Comparison {
  readonly sentence: string;
  /** The request took longer than is usual. */
  readonly slow: boolean;
  /** What is usual at most, nanoseconds; undefined if there are too few requests to say. */
  readonly usual?: number;
}

/** What to say of an operation whose requests were measured in one bucket. */
export function compare(operation: Operation, { counts, p90, p99 }: RedSeries): Comparison {
  const when = operation.isLastHour ? 'over the last hour' : 'in the hour around it';
  const requests = counts.reduce((sum, count) => sum + count, 0);
  const many = requests >= REQUESTS_FOR_P99;
  const usual = (many ? p99 : p90)[0] ?? 0;
  if (requests < LEAST_REQUESTS || usual <= 0) {
    return {
      sentence: `${requests === 1 ? 'It is the only request' : `There were only ${String(requests)} requests`} of this operation ${when}: too few to compare with.`,
      slow: false,
    };
  }
  const ratio = operation.durationNanos / usual;
  return {
    sentence: `${many ? 'p99' : 'p90'} of this operation is ${formatDuration(usual)} ${when}; this one took ${ratioText(ratio)} \u00d7.`,
    slow: ratio > 1,
    usual,
  };
}

function ratioText(ratio: number): string {
  if (ratio < 0.1) return 'less than 0.1';
  return ratio < 10 ? ratio.toFixed(1) : String(Math.round(ratio));
}
