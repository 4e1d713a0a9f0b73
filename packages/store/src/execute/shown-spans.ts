// SPDX-License-Identifier: Apache-2.0
//
// What a search shows of spans: the attributes and intrinsics that the query mentions or selects. Read once
// the result is known, for the few spans that are shown.

import { formatAttributeValue, type AttributeValue } from '@tracewell/trace';
import { compileExpression, toValue, type Evaluate, type Reference, type Value } from '@tracewell/traceql';
import type { FoundSpan, TypedValue } from '../api.ts';
import type { BlockRef } from '../blocks/reader.ts';
import type { SearchPlan } from '../plan/search-plan.ts';
import type { FoundTrace, MatchedSpan } from './found-trace.ts';
import { spanIdText } from './ids.ts';
import type { QueryContext } from './query-context.ts';
import { columnsForKeys, durationOf, RowView } from './row-view.ts';
import { SpanColumns, spanSelectList } from './span-columns.ts';

/** Intrinsics that the answer has in fields of their own, or on the trace. */
const hiddenIntrinsics = new Set(['span:name', 'span:duration', 'span:id']);
const legacyNames: Readonly<Record<string, string>> = {
  'span:status': 'status',
  'span:kind': 'kind',
  'span:statusMessage': 'statusMessage',
};

interface Shown {
  readonly key: string;
  readonly reference: Reference;
  readonly evaluate: Evaluate;
}

/** A value as the API gives it; undefined for what cannot be shown. */
export function toTypedValue(value: Value | undefined): TypedValue | undefined {
  switch (value?.kind) {
    case undefined:
    case 'opaque':
      return undefined;
    case 'string':
      return { type: 'string', value: value.value };
    case 'int':
      return { type: 'int', value: String(value.value) };
    case 'float':
      return { type: 'float', value: String(value.value) };
    case 'duration':
      return { type: 'duration', value: String(value.value) };
    case 'boolean':
      return { type: 'bool', value: String(value.value) };
    case 'status':
    case 'spanKind':
      return { type: 'keyword', value: value.value };
    case 'array':
      return { type: 'string', value: `[${value.elements.map((element) => String(element.value)).join(', ')}]` };
  }
}

/** An attribute's value as the API gives it: what TraceQL cannot compare is shown as text. */
export function toTypedAttribute(value: AttributeValue): TypedValue {
  return toTypedValue(toValue(value)) ?? { type: 'string', value: formatAttributeValue(value) };
}

function shownOf(plan: SearchPlan): Shown[] {
  return plan.output.flatMap((reference): Shown[] => {
    if (reference.kind === 'intrinsic') {
      const { name } = reference;
      if (hiddenIntrinsics.has(name) || name.startsWith('trace:') || name === 'parent') {
        return [];
      }
    }
    const key = reference.kind === 'intrinsic' ? (legacyNames[reference.name] ?? reference.name) : reference.name;
    return [{ key, reference, evaluate: compileExpression(reference, plan.source) }];
  });
}

function valueOf(view: RowView, { reference, evaluate }: Shown): TypedValue | undefined {
  const scope = reference.kind === 'attribute' ? reference.scope : reference.name.split(':')[0];
  if (scope === 'event' || scope === 'link') {
    const events = scope === 'event' ? view.events : [];
    const links = scope === 'link' ? view.links : [];
    const found = [
      ...events.map((event) => evaluate({ span: view, event, link: undefined })),
      ...links.map((link) => evaluate({ span: view, event: undefined, link })),
    ].find((value) => value !== undefined);
    return toTypedValue(found);
  }
  return toTypedValue(evaluate({ span: view, event: undefined, link: undefined }));
}

/** The spans to show of all found traces, by block and row. */
export async function loadShownSpans(
  context: QueryContext,
  plan: SearchPlan,
  traces: readonly FoundTrace[]
): Promise<Map<BlockRef, Map<number, FoundSpan>>> {
  const wanted = new Map<BlockRef, MatchedSpan[]>();
  for (const { spans } of traces) {
    for (const span of spans) {
      const inBlock = wanted.get(span.block) ?? [];
      inBlock.push(span);
      wanted.set(span.block, inBlock);
    }
  }
  const shown = shownOf(plan);
  const named = plan.output.some((reference) => reference.kind === 'intrinsic' && reference.name === 'span:name');
  const loaded = new Map<BlockRef, Map<number, FoundSpan>>();
  for (const [block, spans] of wanted) {
    const rest = plan.needsRemainder ? 'rest' : 'NULL::BLOB AS rest';
    const columns = spanSelectList(columnsForKeys(block, plan.spanKeys)).replace(/\brest\b/, rest);
    const rowIds = spans.map(({ rowId }) => rowId);
    const result = await context.query(
      block,
      `SELECT rowid AS row, ${columns} FROM ${block.catalog}.spans WHERE rowid IN (SELECT unnest([${rowIds.join(', ')}]::BIGINT[]))`
    );
    const rows = new SpanColumns(block, result);
    const ids = result.numbers('row');
    const view = new RowView(rows);
    const byRow = new Map<number, FoundSpan>();
    for (let row = 0; row < rows.rowCount; row++) {
      view.at(row);
      const start = rows.start[row] ?? 0n;
      byRow.set(ids[row] ?? 0, {
        spanId: spanIdText(rows.spanId[row] ?? 0n),
        ...(named && { name: rows.name[row] ?? '' }),
        startUnixNano: start,
        durationNanos: durationOf(start, rows.end[row] ?? 0n),
        attributes: shown.flatMap((entry) => {
          const value = valueOf(view, entry);
          return value === undefined ? [] : [{ key: entry.key, value }];
        }),
      });
    }
    loaded.set(block, byRow);
  }
  return loaded;
}
