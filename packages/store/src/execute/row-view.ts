// SPDX-License-Identifier: Apache-2.0
//
// A row of `spans` as the evaluator sees a span. The first attribute with a key counts; a shape without
// repeated keys says where that is, so no more of the remainder is decoded than is asked for.

import type { EventView, LinkView, SpanIntrinsicName, SpanView, Value } from '@tracewell/traceql';
import { findAttribute, type AttributeValue, type Resource, type Scope } from '@tracewell/trace';
import { OVERFLOW_SHAPE_ID } from '../blocks/reader.ts';
import { spanIdText, traceIdText } from './ids.ts';
import { findRemainderAttribute, remainderEvents, remainderLinks } from './remainder.ts';
import type { SpanColumns } from './span-columns.ts';

/** What a span's trace as a whole says; undefined fields are not known (yet). */
export interface TraceFacts {
  readonly durationNanos: bigint;
  readonly rootName?: string | undefined;
  readonly rootService?: string | undefined;
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUSES = ['unset', 'ok', 'error'] as const;

const encoder = new TextEncoder();
const encodedKeys = new Map<string, Uint8Array>();

function encodedKey(key: string): Uint8Array {
  let bytes = encodedKeys.get(key);
  if (bytes === undefined) {
    if (encodedKeys.size > 10_000) {
      encodedKeys.clear();
    }
    bytes = encoder.encode(key);
    encodedKeys.set(key, bytes);
  }
  return bytes;
}

/** End minus start in nanoseconds, 0 if it ends before it starts. */
export function durationOf(start: bigint, end: bigint): bigint {
  return end > start ? end - start : 0n;
}

/** Value of a span attribute of a row, as the trace model has it; undefined if the span has none of that key. */
export function rowAttribute(rows: SpanColumns, row: number, key: string): AttributeValue | undefined {
  const shape = rows.shape(row);
  const rest = rows.rest[row] ?? undefined;
  if (shape.id === OVERFLOW_SHAPE_ID) {
    for (const { key: columnKey, column } of rows.block.attributeColumns) {
      const value = columnKey === key ? rows.columnValue(column, row) : undefined;
      if (value !== undefined) {
        return value;
      }
    }
    return rest === undefined ? undefined : findRemainderAttribute(rest, encodedKey(key));
  }
  for (const attribute of shape.attributes) {
    if (attribute.key === key) {
      return attribute.column !== undefined
        ? rows.columnValue(attribute.column, row)
        : rest === undefined
          ? undefined
          : findRemainderAttribute(rest, encodedKey(key));
    }
  }
  return undefined;
}

/** Columns that {@link rowAttribute} may need for these keys, in a block. */
export function columnsForKeys(
  rows: { readonly attributeColumns: SpanColumns['block']['attributeColumns'] },
  keys: ReadonlySet<string>
): SpanColumns['block']['attributeColumns'] {
  return rows.attributeColumns.filter(({ key }) => keys.has(key));
}

const noResource: Resource = { attributes: [], droppedAttributesCount: 0, schemaUrl: '' };
const noScope: Scope = { name: '', version: '', attributes: [], droppedAttributesCount: 0, schemaUrl: '' };

/** A view on one row of a result; move it with `at`. */
export class RowView implements SpanView {
  private readonly rows: SpanColumns;
  private row = 0;
  private facts: TraceFacts | undefined;
  private eventViews: EventView[] | undefined;
  private linkViews: LinkView[] | undefined;

  constructor(rows: SpanColumns) {
    this.rows = rows;
  }

  /** Points the view at a row. What was read from it before must not be used any more. */
  at(row: number, facts?: TraceFacts): this {
    this.row = row;
    this.facts = facts;
    this.eventViews = undefined;
    this.linkViews = undefined;
    return this;
  }

  attribute(scope: 'span' | 'resource' | 'instrumentation', name: string): unknown {
    const { rows, row } = this;
    switch (scope) {
      case 'span':
        return rowAttribute(rows, row, name);
      case 'resource':
        return findAttribute(
          (rows.block.resources[rows.resourceId[row] ?? 0]?.resource ?? noResource).attributes,
          name
        );
      case 'instrumentation':
        return findAttribute(this.scope().attributes, name);
    }
  }

  private scope(): Scope {
    const { rows, row } = this;
    return rows.block.scopes[rows.scopeId[row] ?? 0]?.scope ?? noScope;
  }

  intrinsic(name: SpanIntrinsicName): Value | undefined {
    const { rows, row, facts } = this;
    switch (name) {
      case 'span:duration':
        return { kind: 'duration', value: durationOf(rows.start[row] ?? 0n, rows.end[row] ?? 0n) };
      case 'span:name':
        return text(rows.name[row] ?? '');
      case 'span:kind':
        return { kind: 'spanKind', value: KINDS[rows.kind[row] ?? 0] ?? 'unspecified' };
      case 'span:status':
        return { kind: 'status', value: STATUSES[rows.status[row] ?? 0] ?? 'unset' };
      case 'span:statusMessage':
        return text(rows.statusMessage[row] ?? '');
      case 'span:id':
        return text(spanIdText(rows.spanId[row] ?? 0n));
      case 'span:parentID': {
        const parent = rows.parentId[row] ?? 0n;
        return text(parent === 0n ? '' : spanIdText(parent));
      }
      case 'trace:id':
        return text(traceIdText(rows.traceHi[row] ?? 0n, rows.traceLo[row] ?? 0n));
      case 'trace:duration':
        return facts && { kind: 'duration', value: facts.durationNanos };
      case 'trace:rootName':
        return facts?.rootName === undefined ? undefined : text(facts.rootName);
      case 'trace:rootService':
        return facts?.rootService === undefined ? undefined : text(facts.rootService);
      case 'instrumentation:name':
        return text(this.scope().name);
      case 'instrumentation:version':
        return text(this.scope().version);
      case 'nestedSetParent':
        // What tells roots from others; the number itself takes the tree, see LoadedSpan.
        return { kind: 'int', value: rows.isRoot(row) ? -1n : 0n };
      case 'span:childCount':
      case 'nestedSetLeft':
      case 'nestedSetRight':
        return undefined;
    }
  }

  get events(): readonly EventView[] {
    const { rows, row } = this;
    const rest = rows.rest[row] ?? undefined;
    this.eventViews ??=
      rest === undefined
        ? []
        : remainderEvents(rest).map((event) => ({
            name: event.name,
            timeSinceStart: event.timeUnixNano - (rows.start[row] ?? 0n),
            attribute: (name) => findAttribute(event.attributes, name),
          }));
    return this.eventViews;
  }

  get links(): readonly LinkView[] {
    const rest = this.rows.rest[this.row] ?? undefined;
    this.linkViews ??=
      rest === undefined
        ? []
        : remainderLinks(rest).map((link) => ({
            traceId: link.traceId,
            spanId: link.spanId,
            attribute: (name) => findAttribute(link.attributes, name),
          }));
    return this.linkViews;
  }
}

function text(value: string): Value {
  return { kind: 'string', value };
}

/** A span of which nothing but its resource or its scope is known. */
export function dictionaryView(resource: Resource | undefined, scope: Scope | undefined): SpanView {
  return {
    events: [],
    links: [],
    attribute: (where, name) =>
      where === 'resource'
        ? findAttribute((resource ?? noResource).attributes, name)
        : where === 'instrumentation'
          ? findAttribute((scope ?? noScope).attributes, name)
          : undefined,
    intrinsic: (name) =>
      name === 'instrumentation:name'
        ? text((scope ?? noScope).name)
        : name === 'instrumentation:version'
          ? text((scope ?? noScope).version)
          : undefined,
  };
}
