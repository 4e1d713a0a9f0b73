// SPDX-License-Identifier: Apache-2.0
//
// Values of an attribute or intrinsic, most frequent first. Columns are counted by SQL, resources and scopes
// are in memory, and what lies in remainders is decoded, of at most so many spans a block.

import { findAttribute, type Attribute, type AttributeValue } from '@tracewell/trace';
import type { AttributeRef, IntrinsicRef } from '@tracewell/traceql';
import { type QueryOptions, type TagValuesRequest, type TagValuesResult, type TypedValue } from '../api.ts';
import type { AttributeColumnType, BlockReader, BlockRef } from '../blocks/reader.ts';
import { parseReference } from '../execute/group-values.ts';
import { withContext, type QueryContext } from '../execute/query-context.ts';
import { remainderEvents, remainderLinks } from '../execute/remainder.ts';
import { columnsForKeys, rowAttribute } from '../execute/row-view.ts';
import { toTypedAttribute } from '../execute/shown-spans.ts';
import { SpanColumns, spanSelectList } from '../execute/span-columns.ts';
import { sqlAnd } from '../plan/predicate.ts';
import { shapeIndexOf } from '../plan/shape-index.ts';
import { sqlIdIn } from '../plan/sql-text.ts';
import { fixedValues } from './intrinsics.ts';
import { planLenient, tagBlocks, tagWhere, usageOf } from './usage.ts';

/** Spans whose remainder is decoded, per block. */
const MAX_DECODED = 50_000;
/** Bytes of all values, as Tempo caps them: beyond, the rarest are left out. */
const MAX_BYTES = 1_000_000;

const columnTypes: Readonly<Record<AttributeColumnType, TypedValue['type']>> = {
  string: 'string',
  int: 'int',
  double: 'float',
  bool: 'bool',
};

/** Values with their counts. */
class ValueCounts {
  private readonly counts = new Map<string, { value: TypedValue; count: number }>();

  add(value: TypedValue, count: number): void {
    const key = `${value.type} ${value.value}`;
    const known = this.counts.get(key);
    if (known === undefined) {
      this.counts.set(key, { value, count });
    } else {
      known.count += count;
    }
  }

  addAttribute(value: AttributeValue | undefined, count: number): void {
    // Of an array, each element can be searched for.
    const values: readonly (AttributeValue | undefined)[] = Array.isArray(value) ? value : [value];
    for (const element of values) {
      if (element !== undefined && element !== null && typeof element !== 'object') {
        this.add(toTypedAttribute(element), count);
      }
    }
  }

  mostFrequent(limit: number): TypedValue[] {
    const sorted = [...this.counts.values()].sort(
      (a, b) => b.count - a.count || (a.value.value < b.value.value ? -1 : 1)
    );
    let bytes = 0;
    const kept: TypedValue[] = [];
    for (const { value } of sorted.slice(0, limit)) {
      bytes += value.value.length;
      if (bytes > MAX_BYTES) {
        break;
      }
      kept.push(value);
    }
    return kept;
  }
}

/** See `Store.tagValues`. */
export async function executeTagValues(
  reader: BlockReader,
  request: TagValuesRequest,
  options: QueryOptions = {}
): Promise<TagValuesResult> {
  const reference = parseReference(request.tag);
  const fixed = reference.kind === 'intrinsic' ? fixedValues[reference.name] : undefined;
  if (fixed !== undefined) {
    return { values: fixed.slice(0, request.limit) };
  }
  // The query is about the spans; what their parents are, every span may be.
  const isOfParent = reference.kind === 'attribute' && reference.parent;
  const plan = isOfParent ? undefined : planLenient(request.query);
  const counts = new ValueCounts();
  await withContext(reader, options, async (context) => {
    for (const block of tagBlocks(context, request)) {
      const where = await tagWhere(context, block, plan);
      if (where !== 'FALSE') {
        const values = new BlockValues(context, block, where, request.limit, counts);
        await (reference.kind === 'intrinsic' ? values.intrinsic(reference) : values.attribute(reference));
      }
    }
  });
  return { values: counts.mostFrequent(request.limit) };
}

class BlockValues {
  private readonly context: QueryContext;
  private readonly block: BlockRef;
  private readonly where: string;
  private readonly limit: number;
  private readonly counts: ValueCounts;

  constructor(context: QueryContext, block: BlockRef, where: string, limit: number, counts: ValueCounts) {
    this.context = context;
    this.block = block;
    this.where = where;
    this.limit = limit;
    this.counts = counts;
  }

  async intrinsic({ name }: IntrinsicRef): Promise<void> {
    const { block, where } = this;
    const spans = `${block.catalog}.spans WHERE ${where}`;
    switch (name) {
      case 'span:name':
        return this.counted(`name AS value, count(*) AS n FROM ${spans}`, 'string');
      case 'span:statusMessage':
        return this.counted(
          `status_message AS value, count(*) AS n FROM ${spans} AND status_message IS NOT NULL`,
          'string'
        );
      case 'trace:rootName':
        return this.counted(`name AS value, count(*) AS n FROM ${spans} AND parent_id = 0`, 'string');
      case 'trace:rootService':
        return this.resources(sqlAnd(where, 'parent_id = 0'), (_, service) => service);
      case 'instrumentation:name':
        return this.scopes((_, entry) => entry.name);
      case 'instrumentation:version':
        return this.scopes((_, entry) => entry.version);
      case 'event:name': {
        const { shapes } = await usageOf(this.context, block, where);
        for (const [id, count] of shapes) {
          block.shapes[id]?.events.forEach((value) => this.counts.addAttribute(value, count));
        }
        return;
      }
      default:
        return;
    }
  }

  async attribute(reference: AttributeRef): Promise<void> {
    const { name, scope } = reference;
    if (scope === 'resource' || scope === 'none') {
      await this.resources(this.where, (attributes) => findAttribute(attributes, name));
    }
    if (scope === 'instrumentation') {
      await this.scopes((attributes) => findAttribute(attributes, name));
    }
    if (scope === 'span' || scope === 'none') {
      await this.own(name);
    }
    const index = shapeIndexOf(this.block.shapes);
    if (scope === 'event') {
      await this.decoded(index.eventKeys.get(name) ?? [], [], (rows, row) =>
        remainderEvents(rows.rest[row] ?? new Uint8Array(0)).map(({ attributes }) => findAttribute(attributes, name))
      );
    }
    if (scope === 'link') {
      await this.decoded(index.linkKeys.get(name) ?? [], [], (rows, row) =>
        remainderLinks(rows.rest[row] ?? new Uint8Array(0)).map(({ attributes }) => findAttribute(attributes, name))
      );
    }
  }

  private async own(name: string): Promise<void> {
    const { block, where } = this;
    for (const { column, key, type } of block.attributeColumns) {
      if (key === name) {
        await this.counted(
          `${column}::VARCHAR AS value, count(*) AS n FROM ${block.catalog}.spans WHERE ${sqlAnd(where, `${column} IS NOT NULL`)}`,
          columnTypes[type]
        );
      }
    }
    const shapes = shapeIndexOf(block.shapes).keys.get(name);
    const others = [...(shapes?.remainder ?? []).map(({ shape }) => shape), ...(shapes?.repeated ?? [])];
    await this.decoded(others, [name], (rows, row) => [rowAttribute(rows, row, name)]);
  }

  private async counted(select: string, type: TypedValue['type']): Promise<void> {
    const { block, context, counts, limit } = this;
    const result = await context.query(
      block,
      `SELECT ${select} GROUP BY value ORDER BY n DESC, value LIMIT ${limit}`.replace(
        'count(*) AS n',
        'count(*)::UBIGINT AS n'
      )
    );
    const values = result.texts('value');
    const amounts = result.numbers('n');
    values.forEach((value, i) => counts.add({ type, value: value ?? '' }, amounts[i] ?? 0));
  }

  private async resources(
    where: string,
    pick: (attributes: readonly Attribute[], service: string) => AttributeValue | undefined
  ): Promise<void> {
    const { block, context, counts } = this;
    const { resources } = await usageOf(context, block, where);
    for (const [id, spans] of resources) {
      const entry = block.resources[id];
      counts.addAttribute(entry && pick(entry.resource.attributes, entry.service), spans);
    }
  }

  private async scopes(
    pick: (
      attributes: readonly Attribute[],
      scope: { readonly name: string; readonly version: string }
    ) => AttributeValue | undefined
  ): Promise<void> {
    const { block, context, counts, where } = this;
    const { scopes } = await usageOf(context, block, where);
    for (const [id, spans] of scopes) {
      const entry = block.scopes[id];
      counts.addAttribute(entry && pick(entry.scope.attributes, entry.scope), spans);
    }
  }

  private async decoded(
    shapes: readonly number[],
    keys: readonly string[],
    pick: (rows: SpanColumns, row: number) => readonly (AttributeValue | undefined)[]
  ): Promise<void> {
    const { block, context, counts, where } = this;
    if (shapes.length === 0) {
      return;
    }
    const columns = spanSelectList(block, columnsForKeys(block, new Set(keys)));
    const result = await context.query(
      block,
      `SELECT ${columns} FROM ${block.catalog}.spans WHERE ${sqlAnd(where, sqlIdIn('shape_id', shapes))} LIMIT ${MAX_DECODED}`
    );
    const rows = new SpanColumns(block, result);
    for (let row = 0; row < rows.rowCount; row++) {
      pick(rows, row).forEach((value) => counts.addAttribute(value, 1));
    }
  }
}
