// SPDX-License-Identifier: Apache-2.0
//
// Reads the spans that were picked as exemplars: ids, time, and what the function looks at. A trace is shown once.

import { labelValue, compileReference, referenceLabel, type MetricsGroups } from '@tracewell/traceql';
import type { BlockRef } from '../blocks/reader.ts';
import { spanIdText, traceIdText } from '../execute/ids.ts';
import type { QueryContext } from '../execute/query-context.ts';
import { columnsForKeys, RowView } from '../execute/row-view.ts';
import { SpanColumns, spanSelectList } from '../execute/span-columns.ts';
import { measureOf, referencesOf, type Counting, type ExemplarSpan } from './count-block.ts';
import type { Pick } from './exemplars.ts';
import { isOfTrace, loadTraceFacts } from './trace-facts.ts';

/** Adds the picked spans to the groups. */
export async function addExemplars(context: QueryContext, counting: Counting): Promise<void> {
  const picks = counting.picker.picks();
  const byBlock = new Map<BlockRef, Map<number, Pick>>();
  for (const pick of picks) {
    const rows = byBlock.get(pick.block) ?? new Map<number, Pick>();
    byBlock.set(pick.block, rows.set(pick.row, pick));
  }
  const references = referencesOf(counting.measure);
  const labels = references.map((reference) => ({
    key: referenceLabel(reference),
    valueOf: compileReference(reference, counting.source),
  }));
  const measure = measureOf(counting);
  const keys = new Set(references.flatMap((reference) => (reference.kind === 'attribute' ? [reference.name] : [])));
  const seen = new Set<string>();
  for (const [block, rows] of byBlock) {
    context.begin('exemplars');
    const result = await context.query(
      block,
      `SELECT rowid AS row, ${spanSelectList(columnsForKeys(block, keys))} FROM ${block.catalog}.spans
      WHERE rowid IN (SELECT unnest([${[...rows.keys()].join(', ')}]::BIGINT[]))`
    );
    const columns = new SpanColumns(block, result);
    const ids = result.numbers('row');
    const view = new RowView(columns);
    const facts = references.some(isOfTrace) ? await loadTraceFacts(context, columns) : undefined;
    for (let row = 0; row < columns.rowCount; row++) {
      const pick = rows.get(ids[row] ?? 0);
      const traceId = traceIdText(columns.traceHi[row] ?? 0n, columns.traceLo[row] ?? 0n);
      if (pick === undefined || seen.has(traceId)) {
        continue;
      }
      seen.add(traceId);
      view.at(row, facts?.(columns.traceHi[row] ?? 0n, columns.traceLo[row] ?? 0n));
      const span: ExemplarSpan = {
        traceId,
        spanId: spanIdText(columns.spanId[row] ?? 0n),
        start: columns.start[row] ?? 0n,
        labels: labels.flatMap(({ key, valueOf }) => {
          const value = labelValue(valueOf(view));
          return value === undefined ? [] : [{ key, value }];
        }),
      };
      const groups: MetricsGroups<ExemplarSpan> = counting.groups;
      groups.addExemplar(pick.group, { bucket: pick.bucket, measured: measure(view)?.measured, span });
    }
  }
}
