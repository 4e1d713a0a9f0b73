// SPDX-License-Identifier: Apache-2.0
//
// Reads the spans that were picked as exemplars: ids, time, and what the function measures of them. A trace is shown
// once.

import { referenceLabel, type MetricsFunction, type ScalarValue } from '@tracewell/traceql';
import type { BlockRef } from '../blocks/reader.ts';
import { spanIdText, traceIdText } from '../execute/ids.ts';
import type { QueryContext } from '../execute/query-context.ts';
import { RowView } from '../execute/row-view.ts';
import { SpanColumns } from '../execute/span-columns.ts';
import { readsOf } from '../plan/search-plan.ts';
import type { Pick } from './exemplars.ts';
import { measureOf, referencesOf, type Counting, type ExemplarSpan, type Measured } from './measure-span.ts';
import { columnsToMeasure } from './count-block.ts';
import { isOfTrace, loadTraceFacts } from './trace-facts.ts';

/** Adds the picked spans to the groups. */
export async function addExemplars(context: QueryContext, counting: Counting): Promise<void> {
  const { groups, measure, picker } = counting;
  const byBlock = new Map<BlockRef, Map<number, Pick>>();
  for (const pick of picker.picks()) {
    const rows = byBlock.get(pick.block) ?? new Map<number, Pick>();
    byBlock.set(pick.block, rows.set(pick.row, pick));
  }
  const references = referencesOf(measure);
  const evaluate = measureOf(counting);
  const reads = readsOf(references);
  const seen = new Set<string>();
  for (const [block, rows] of byBlock) {
    context.begin('exemplars');
    const result = await context.query(
      block,
      `SELECT rowid AS row, ${columnsToMeasure(block, reads)} FROM ${block.catalog}.spans
      WHERE rowid IN (SELECT unnest([${[...rows.keys()].join(', ')}]::BIGINT[]))`
    );
    const columns = new SpanColumns(block, result);
    const ids = result.numbers('row');
    const view = new RowView(columns);
    const facts = references.some(isOfTrace) ? await loadTraceFacts(context, columns) : undefined;
    for (let row = 0; row < columns.rowCount; row++) {
      const pick = rows.get(ids[row] ?? 0);
      const hi = columns.traceHi[row] ?? 0n;
      const lo = columns.traceLo[row] ?? 0n;
      const traceId = traceIdText(hi, lo);
      const found = pick?.measured ?? evaluate(view.at(row, facts?.(hi, lo)));
      if (pick === undefined || found === undefined || seen.has(traceId)) {
        continue;
      }
      seen.add(traceId);
      const span: ExemplarSpan = {
        traceId,
        spanId: spanIdText(columns.spanId[row] ?? 0n),
        start: columns.start[row] ?? 0n,
        labels: labelsOf(measure, found),
      };
      groups.addExemplar(found.group, { bucket: pick.bucket, measured: found.measured, span });
    }
  }
}

/** What the function looks at, each reference once. */
function labelsOf(measure: MetricsFunction, { group, measured }: Measured): ExemplarSpan['labels'] {
  const labels = new Map<string, ScalarValue>();
  if (measure.attribute !== undefined && measured !== undefined) {
    labels.set(referenceLabel(measure.attribute), measured);
  }
  measure.by.forEach((reference, index) => {
    const value = group[index];
    if (value !== undefined) {
      labels.set(referenceLabel(reference), value);
    }
  });
  return [...labels].map(([key, value]) => ({ key, value }));
}
