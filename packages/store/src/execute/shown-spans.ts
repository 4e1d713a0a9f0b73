// SPDX-License-Identifier: Apache-2.0
//
// What a search shows of spans: the attributes and intrinsics that the query mentions or selects. Read once
// the result is known, for the few spans that are shown.

import { formatAttributeValue, type AttributeValue } from '@tracewell/trace';
import {
  compileExpression,
  toValue,
  type Evaluate,
  type Reference,
  type SpanView,
  type Value,
} from '@tracewell/traceql';
import type { FoundSpan, TypedValue } from '../api.ts';
import type { BlockRef } from '../blocks/reader.ts';
import type { SearchPlan } from '../plan/search-plan.ts';
import type { BlockMatcher } from './block-matcher.ts';
import type { FoundTrace } from './found-trace.ts';
import { spanIdText } from './ids.ts';
import { visitTraces } from './loaded-trace.ts';
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
    const key = keyOf(reference);
    return [{ key, reference, evaluate: compileExpression(reference, plan.source) }];
  });
}

/** The bare name; of the parent's attributes with `parent.` in front, so that they differ from the span's own. */
function keyOf(reference: Reference): string {
  return reference.kind === 'intrinsic'
    ? (legacyNames[reference.name] ?? reference.name)
    : `${reference.parent ? 'parent.' : ''}${reference.name}`;
}

function valueOf(view: SpanView, { reference, evaluate }: Shown): TypedValue | undefined {
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

/** Spans by block and row. */
type ShownSpans = Map<BlockRef, Map<number, FoundSpan>>;

/** The spans to show of all found traces. */
export async function loadShownSpans(
  context: QueryContext,
  plan: SearchPlan,
  matchers: ReadonlyMap<BlockRef, BlockMatcher>,
  traces: readonly FoundTrace[]
): Promise<ShownSpans> {
  const wanted = new Map<BlockRef, Set<number>>();
  for (const { block, rowId } of traces.flatMap(({ spansets }) => spansets.flatMap(({ spans }) => spans))) {
    const inBlock = wanted.get(block) ?? new Set();
    inBlock.add(rowId);
    wanted.set(block, inBlock);
  }
  const shown = shownOf(plan);
  const isNamed = plan.output.some((reference) => reference.kind === 'intrinsic' && reference.name === 'span:name');
  const toSpan = (view: SpanView, rows: SpanColumns, row: number): FoundSpan => {
    const start = rows.start[row] ?? 0n;
    return {
      spanId: spanIdText(rows.spanId[row] ?? 0n),
      ...(isNamed && { name: rows.name[row] ?? '' }),
      startUnixNano: start,
      durationNanos: durationOf(start, rows.end[row] ?? 0n),
      attributes: shown.flatMap((entry) => {
        const value = valueOf(view, entry);
        return value === undefined ? [] : [{ key: entry.key, value }];
      }),
    };
  };
  return plan.showsTree
    ? loadWithTree(context, plan, matchers, traces, wanted, toSpan)
    : loadAlone(context, plan, wanted, toSpan);
}

type ToSpan = (view: SpanView, rows: SpanColumns, row: number) => FoundSpan;

async function loadAlone(
  context: QueryContext,
  plan: SearchPlan,
  wanted: ReadonlyMap<BlockRef, ReadonlySet<number>>,
  toSpan: ToSpan
): Promise<ShownSpans> {
  const loaded: ShownSpans = new Map();
  for (const [block, rowIds] of wanted) {
    const parents = plan.outputReads.columns.has('parent_id') ? 'id' : 'presence';
    const rest = plan.outputReads.remainder ? 'rest' : 'NULL::BLOB AS rest';
    const columns = spanSelectList(block, columnsForKeys(block, plan.outputReads.keys), parents).replace(
      /\brest\b/,
      rest
    );
    const result = await context.query(
      block,
      `SELECT ${columns} FROM ${block.catalog}.spans WHERE rowid IN (SELECT unnest([${[...rowIds].join(', ')}]::BIGINT[]))`
    );
    const rows = new SpanColumns(block, result);
    const ids = result.numbers('row');
    const view = new RowView(rows);
    const byRow = new Map<number, FoundSpan>();
    for (let row = 0; row < rows.rowCount; row++) {
      byRow.set(ids[row] ?? 0, toSpan(view.at(row), rows, row));
    }
    loaded.set(block, byRow);
  }
  return loaded;
}

/** What spans are to their traces is known only of whole traces. */
async function loadWithTree(
  context: QueryContext,
  plan: SearchPlan,
  matchers: ReadonlyMap<BlockRef, BlockMatcher>,
  traces: readonly FoundTrace[],
  wanted: ReadonlyMap<BlockRef, ReadonlySet<number>>,
  toSpan: ToSpan
): Promise<ShownSpans> {
  const loaded: ShownSpans = new Map();
  const summaries = traces.map(({ summary }) => summary);
  const options = { reads: () => [plan.outputReads], allSpans: true };
  await visitTraces(context, plan, matchers, summaries, options, (trace) => {
    trace.spans.forEach((span, position) => {
      const { block, rowId } = trace.place(position);
      if (wanted.get(block)?.has(rowId) === true) {
        const inBlock = loaded.get(block) ?? new Map<number, FoundSpan>();
        inBlock.set(rowId, toSpan(span, trace.part(position).columns, trace.row(position)));
        loaded.set(block, inBlock);
      }
    });
  });
  return loaded;
}
