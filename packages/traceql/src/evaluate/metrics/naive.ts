// SPDX-License-Identifier: Apache-2.0
//
// Metrics over whole traces, span by span: the plain reading of the language that a faster way of counting must agree
// with.

import type { MetricsFunction, MetricsPipeline, Query } from '../../ast.ts';
import { TraceQlError } from '../../error.ts';
import type { Reference } from '../../references.ts';
import { isNumeric } from '../compare.ts';
import { compileFilter } from '../filter.ts';
import { compilePipeline } from '../search.ts';
import type { SpanView, TraceView } from '../span-view.ts';
import { Comparison, sideOf, type ComparedAttribute } from './comparison.ts';
import { MetricsGroups } from './groups.ts';
import { finishMetrics, metricsPipelines, wantsExactQuantiles } from './metrics-query.ts';
import { compileReference } from './reference-value.ts';
import { labelValue, type Series } from './series.ts';
import { contribution } from './tally.ts';
import { bucketOf, type MetricsWindow } from './window.ts';

/** A whole trace with the starts of its spans. */
export interface MetricsTrace extends TraceView {
  /** Nanoseconds, in the order of the spans. */
  readonly starts: readonly bigint[];
  /** Everything that compare() looks at, of a span by its position: each attribute once. */
  compared(index: number): readonly ComparedAttribute[];
}

/** Counts traces, and gives the series of those that were counted. */
export interface MetricsCounter {
  add(trace: MetricsTrace): void;
  series(): Series<never>[];
}

interface Leaf {
  count(trace: MetricsTrace, index: number, bucket: number, span: SpanView): void;
  series(): Series<never>[];
}

/** Compiles a metrics query, parsed and valid. Throws a TraceQlError for what cannot be evaluated. */
export function compileMetrics(query: Query, source: string, window: MetricsWindow): MetricsCounter {
  const { body } = query;
  if (body.kind === 'pipeline') {
    throw new TraceQlError(source, { code: 'type', message: 'expected a metrics query', range: body.range });
  }
  const exact = wantsExactQuantiles(query);
  const leaves = new Map(
    metricsPipelines(body).map((pipeline) => {
      const search = compilePipeline(pipeline.stages, source);
      return [pipeline, { search, leaf: compileLeaf(pipeline, source, window, exact) }];
    })
  );
  return {
    add(trace) {
      for (const { search, leaf } of leaves.values()) {
        for (const index of new Set(search(trace).flatMap(({ spans }) => spans))) {
          const span = trace.spans[index];
          const bucket = bucketOf(window, trace.starts[index] ?? 0n);
          if (span !== undefined && bucket !== undefined) {
            leaf.count(trace, index, bucket, span);
          }
        }
      }
    },
    series: () => finishMetrics(body, (pipeline) => leaves.get(pipeline)?.leaf.series() ?? []),
  };
}

function compileLeaf(pipeline: MetricsPipeline, source: string, window: MetricsWindow, exact: boolean): Leaf {
  const { function: measure } = pipeline;
  if (measure.kind === 'metricsFunction') {
    return compileMeasure(measure, source, window, exact);
  }
  const matches = compileFilter(measure.selection, source);
  const comparison = new Comparison(window);
  return {
    count(trace, index, bucket, span) {
      const side = sideOf(measure, trace.starts[index] ?? 0n, matches(span));
      for (const attribute of trace.compared(index)) {
        comparison.addValue(side, attribute, bucket, 1);
        comparison.addTotal(side, attribute.key, bucket, 1);
      }
    },
    series: () => comparison.series(measure.topN),
  };
}

function compileMeasure(measure: MetricsFunction, source: string, window: MetricsWindow, exact: boolean): Leaf {
  const groups = new MetricsGroups<never>(measure, window, exact);
  const compile = (reference: Reference): ReturnType<typeof compileReference> => compileReference(reference, source);
  const measured = measure.attribute && compile(measure.attribute);
  const by = measure.by.map(compile);
  return {
    count(_, index, bucket, span) {
      let value = 0;
      if (measured !== undefined) {
        const found = measured(span);
        const added = found !== undefined && isNumeric(found) ? contribution(groups.kind, found) : undefined;
        if (added === undefined) {
          return;
        }
        value = added;
      }
      groups.tally(by.map((valueOf) => labelValue(valueOf(span))))?.add(bucket, value, 1);
    },
    series: () => groups.series(),
  };
}
