// SPDX-License-Identifier: Apache-2.0
//
// What a metrics function makes of one span, for spans that are looked at one by one.

import {
  compileReference,
  contribution,
  isNumeric,
  labelValue,
  type GroupValues,
  type MetricsFunction,
  type MetricsGroups,
  type NumericValue,
  type Reference,
  type ScalarValue,
  type SpanView,
  type Value,
} from '@tracewell/traceql';
import type { ExemplarPicker } from './exemplars.ts';
import type { MetricsWindow } from './time-sql.ts';

/** What is counted, and where to. */
export interface Counting {
  readonly measure: MetricsFunction;
  readonly window: MetricsWindow;
  readonly groups: MetricsGroups<ExemplarSpan>;
  readonly picker: ExemplarPicker;
  /** Only so many groups of each block are counted: those with the most spans. */
  readonly topGroups?: number;
  /** Text of the query, for errors. */
  readonly source: string;
}

/** A span that is an exemplar. */
export interface ExemplarSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly start: bigint;
  readonly labels: readonly { readonly key: string; readonly value: ScalarValue }[];
}

/** Whether SQL, or a look at each span for itself, can tell what a function looks at. */
export function referencesOf({ attribute, by }: MetricsFunction): Reference[] {
  return attribute === undefined ? [...by] : [attribute, ...by];
}

/** What a span adds, where to. */
export interface Measured {
  readonly group: GroupValues;
  /** See `Tally.add`. */
  readonly added: number;
  readonly measured: NumericValue | undefined;
}

/** The function's reading of one span; undefined for a span that does not count. */
export function measureOf({ groups, measure, source }: Counting): (span: SpanView) => Measured | undefined {
  const compile = (reference: Reference): ((span: SpanView) => Value | undefined) =>
    compileReference(reference, source);
  const measured = measure.attribute && compile(measure.attribute);
  const by = measure.by.map(compile);
  return (span) => {
    const group = (): GroupValues => by.map((valueOf) => labelValue(valueOf(span)));
    if (measured === undefined) {
      return { group: group(), added: 0, measured: undefined };
    }
    const value = measured(span);
    if (value === undefined || !isNumeric(value)) {
      return undefined;
    }
    const added = contribution(groups.kind, value);
    return added === undefined ? undefined : { group: group(), added, measured: value };
  };
}
