// SPDX-License-Identifier: Apache-2.0
//
// compare() over blocks: counts by side, bucket and value for everything that spans have. Values of resources and scopes
// are counted by their ids and looked up in the dictionaries; values of columns are counted in SQL by bucket, and where
// there are too many of them first over the whole range, to know which ones are frequent, then by bucket for those alone;
// values in the remainder are read span by span, of evenly spread spans if there are too many.

import { compareLabelValues, labelValue, toValue, type ScalarValue } from '@tracewell/traceql';
import type { Attribute } from '@tracewell/trace';
import { OVERFLOW_SHAPE_ID, type AttributeColumn, type BlockRef } from '../blocks/reader.ts';
import { sqlAnd } from '../plan/predicate.ts';
import { shapeIndexOf } from '../plan/shape-index.ts';
import { sqlDouble, sqlIdIn, sqlInteger, sqlText } from '../plan/sql-text.ts';
import { addTotal, BucketCounts, KeptCounts, readColumn, type Totals, type ValueColumn } from './compare-counts.ts';
import { SIDES, sideOfCode, type ComparePart, type Comparing } from './compare-part.ts';
import { attributeLabel, countRemainder } from './compare-remainder.ts';
import { countRoots } from './compare-roots.ts';
import { bucketSql } from './time-sql.ts';

/** Values of one column and side that one block gives; there are more than these only among the rare ones. */
const MAX_VALUES = 2_000;

interface Found {
  readonly sides: readonly [Totals, Totals];
  /** Whether some block has more values than it gave. */
  isCut: boolean;
}

/** Counts everything; resolves to what the answer leaves out, as sentences. */
export async function compareBlocks(comparing: Comparing, parts: readonly ComparePart[]): Promise<string[]> {
  const { context, comparison, measure, window } = comparing;
  const found = new Map<string, Found>();
  const columns = new Map<ComparePart, ValueColumn[]>();
  const kept = new KeptCounts();
  for (const part of parts) {
    context.begin('values of attributes by bucket');
    const present: ValueColumn[] = [];
    for (const column of valueColumns(part.block, part.overflow)) {
      const counts = await countByBucket(comparing, part, column, kept.room);
      if (counts === undefined ? await countPresent(comparing, part, column) : counts.rows > 0) {
        present.push(column);
      }
      if (counts !== undefined) {
        kept.add(part, column, counts);
        counts.addTotals(comparison, column);
      }
    }
    columns.set(part, present);
    context.begin('kinds, statuses, resources, scopes');
    await countCodes(comparing, part);
    context.begin('roots of traces');
    await countRoots(comparing, part);
    context.begin('values of attributes with many');
    for (const column of present) {
      const counts = kept.get(part, column);
      if (counts === undefined) {
        await countValues(comparing, part, column, found);
      } else {
        addValues(found, column, counts);
      }
    }
  }
  context.begin('the most frequent values by bucket');
  for (const [key, { sides, isCut }] of found) {
    const top = sides.map((totals) => mostFrequent(totals, measure.topN));
    SIDES.forEach((side, index) => {
      if (isCut || (sides[index]?.size ?? 0) > measure.topN) {
        comparison.setHasMore(side, key);
      }
    });
    if (window.step === undefined && !isCut) {
      SIDES.forEach((side, index) => {
        for (const { value, total } of top[index] ?? []) {
          comparison.addValue(side, { key, value }, 0, total);
        }
      });
      continue;
    }
    for (const part of parts) {
      for (const column of (columns.get(part) ?? []).filter((candidate) => candidate.key === key)) {
        const counts = kept.get(part, column);
        if (counts === undefined) {
          await countTop(comparing, part, column, top);
        } else {
          counts.addTop(comparison, column, top);
        }
      }
    }
  }
  context.begin('attributes without a column');
  return countRemainder(comparing, parts);
}

/** The counts of a column; undefined if there are more than `room`. */
async function countByBucket(
  { context, window }: Comparing,
  { block, where, side }: ComparePart,
  { sql, type, where: present }: ValueColumn,
  room: number
): Promise<BucketCounts | undefined> {
  if (room <= 0) {
    return undefined;
  }
  const result = await context.query(
    block,
    `SELECT ${side} AS s, ${bucketSql(window)} AS b, ${sql} AS v, count(*)::UINTEGER AS n
    FROM ${block.catalog}.spans WHERE ${sqlAnd(where, present)} GROUP BY 1, 2, 3 LIMIT ${room + 1}`
  );
  if (result.rowCount > room) {
    return undefined;
  }
  const counts = new BucketCounts(result, type);
  return counts.totals().some(({ size }) => size > MAX_VALUES) ? undefined : counts;
}

function addValues(found: Map<string, Found>, { key }: ValueColumn, counts: BucketCounts): void {
  const { sides } = entryOf(found, key);
  counts.totals().forEach((totals, index) => {
    for (const { value, total } of totals.values()) {
      addTotal(sides[index === 1 ? 1 : 0], value, total);
    }
  });
}

function entryOf(found: Map<string, Found>, key: string): Found {
  const entry = found.get(key) ?? { sides: [new Map(), new Map()], isCut: false };
  found.set(key, entry);
  return entry;
}

function mostFrequent(totals: Totals, topN: number): { readonly value: ScalarValue; readonly total: number }[] {
  return [...totals.values()].sort((a, b) => b.total - a.total || compareLabelValues(a.value, b.value)).slice(0, topN);
}

/** Adds the totals of a column; whether it has values. */
async function countPresent(
  { context, window, comparison }: Comparing,
  { block, where, side }: ComparePart,
  { key, where: present }: ValueColumn
): Promise<boolean> {
  const result = await context.query(
    block,
    `SELECT ${side} AS s, ${bucketSql(window)} AS b, count(*)::UINTEGER AS n FROM ${block.catalog}.spans
    WHERE ${sqlAnd(where, present)} GROUP BY 1, 2`
  );
  const sides = result.integers('s');
  const buckets = result.integers('b');
  const counts = result.integers('n');
  for (let row = 0; row < result.rowCount; row++) {
    comparison.addTotal(sideOfCode(sides[row]), key, buckets[row] ?? 0, counts[row] ?? 0);
  }
  return result.rowCount > 0;
}

function valueColumns(block: BlockRef, overflow: boolean): ValueColumn[] {
  const index = shapeIndexOf(block.shapes);
  const intrinsic = (key: string, sql: string): ValueColumn => ({ key, sql, type: 'string', where: 'TRUE' });
  return [
    intrinsic('name', 'name'),
    intrinsic('statusMessage', "coalesce(status_message, '')"),
    ...block.attributeColumns.map(({ column, key, type }): ValueColumn => {
      const others = [...(index.keys.get(key)?.repeated ?? []), ...(overflow ? [OVERFLOW_SHAPE_ID] : [])];
      const present = `${column} IS NOT NULL`;
      return {
        key: attributeLabel('span', key),
        sql: column,
        type,
        where: others.length === 0 ? present : `(${present} AND NOT (${sqlIdIn('shape_id', others)}))`,
      };
    }),
  ];
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUSES = ['unset', 'ok', 'error'] as const;

/** What is a small number in the table. */
async function countCodes(
  { context, window, comparison }: Comparing,
  { block, where, side }: ComparePart
): Promise<void> {
  const codes = ['kind', 'status', 'resource_id', 'scope_id'];
  const result = await context.query(
    block,
    `SELECT s, b, ${codes.join(', ')}, count(*)::UINTEGER AS n, grouping(${codes.join(', ')})::INTEGER AS g
    FROM (SELECT ${side} AS s, ${bucketSql(window)} AS b, ${codes.join(', ')} FROM ${block.catalog}.spans WHERE ${where})
    GROUP BY GROUPING SETS (${codes.map((code) => `(s, b, ${code})`).join(', ')})`
  );
  const sides = result.integers('s');
  const buckets = result.integers('b');
  const counts = result.integers('n');
  const sets = result.integers('g');
  const columns = codes.map((code) => result.integers(code));
  const attributesOf = remembered((set: number, id: number): readonly Attributed[] => {
    switch (codes[set]) {
      case 'kind':
        return [{ key: 'kind', value: { kind: 'spanKind', value: KINDS[id] ?? 'unspecified' } }];
      case 'status':
        return [{ key: 'status', value: { kind: 'status', value: STATUSES[id] ?? 'unset' } }];
      case 'resource_id':
        return attributed('resource', block.resources[id]?.resource.attributes ?? []);
      default: {
        const scope = block.scopes[id]?.scope;
        return [
          { key: 'instrumentation:name', value: { kind: 'string', value: scope?.name ?? '' } },
          { key: 'instrumentation:version', value: { kind: 'string', value: scope?.version ?? '' } },
          ...attributed('instrumentation', scope?.attributes ?? []),
        ];
      }
    }
  });
  for (let row = 0; row < result.rowCount; row++) {
    // grouping() has a 0 for the column of the set, the first one highest.
    const set = [0b0111, 0b1011, 0b1101, 0b1110].indexOf(sets[row] ?? 0);
    for (const attribute of attributesOf(set, columns[set]?.[row] ?? 0)) {
      const side = sideOfCode(sides[row]);
      comparison.addTotal(side, attribute.key, buckets[row] ?? 0, counts[row] ?? 0);
      comparison.addValue(side, attribute, buckets[row] ?? 0, counts[row] ?? 0);
    }
  }
}

interface Attributed {
  readonly key: string;
  readonly value: ScalarValue;
}

/** Attributes of a scope as they are compared: the first one of each key, if it can be shown. */
function attributed(scope: 'resource' | 'instrumentation', attributes: readonly Attribute[]): Attributed[] {
  const first = new Map<string, Attribute['value']>();
  for (const { key, value } of attributes) {
    if (!first.has(key)) {
      first.set(key, value);
    }
  }
  return [...first].flatMap(([key, value]) => {
    const shown = labelValue(toValue(value));
    return shown === undefined ? [] : [{ key: attributeLabel(scope, key), value: shown }];
  });
}

function remembered<Result>(make: (set: number, id: number) => Result): (set: number, id: number) => Result {
  const known = new Map<number, Result>();
  return (set, id) => {
    const key = id * 4 + set;
    const found = known.get(key) ?? make(set, id);
    known.set(key, found);
    return found;
  };
}

/** Adds the values of a column to `found`, over all buckets. */
async function countValues(
  { context }: Comparing,
  { block, where, side }: ComparePart,
  { key, sql, type, where: present }: ValueColumn,
  found: Map<string, Found>
): Promise<void> {
  const result = await context.query(
    block,
    `SELECT s, v, n, variety FROM (
      SELECT *, row_number() OVER (PARTITION BY s ORDER BY n DESC, v) AS rank, count(*) OVER (PARTITION BY s)::UINTEGER AS variety FROM (
        SELECT ${side} AS s, ${sql} AS v, count(*)::UINTEGER AS n FROM ${block.catalog}.spans WHERE ${sqlAnd(where, present)} GROUP BY 1, 2
      )
    ) WHERE rank <= ${MAX_VALUES}`
  );
  const entry = entryOf(found, key);
  const sides = result.integers('s');
  const counts = result.integers('n');
  const distinct = result.integers('variety');
  const read = readColumn(result, type);
  for (let row = 0; row < result.rowCount; row++) {
    addTotal(entry.sides[sides[row] === 1 ? 1 : 0], read(row), counts[row] ?? 0);
    entry.isCut ||= (distinct[row] ?? 0) > MAX_VALUES;
  }
}

/** Adds the counts by bucket of the most frequent values of a column. */
async function countTop(
  { context, window, comparison }: Comparing,
  { block, where, side }: ComparePart,
  { key, sql, type, where: present }: ValueColumn,
  top: readonly (readonly { readonly value: ScalarValue }[])[]
): Promise<void> {
  const isTop = SIDES.flatMap((_, index) => {
    const literals = (top[index] ?? []).flatMap(({ value }) => literalOf(value, type));
    return literals.length === 0 ? [] : [`(s = ${index} AND v IN (${literals.join(', ')}))`];
  });
  if (isTop.length === 0) {
    return;
  }
  const result = await context.query(
    block,
    `SELECT s, b, v, count(*)::UINTEGER AS n FROM (
      SELECT ${side} AS s, ${bucketSql(window)} AS b, ${sql} AS v FROM ${block.catalog}.spans WHERE ${sqlAnd(where, present)}
    ) WHERE ${isTop.join(' OR ')} GROUP BY 1, 2, 3`
  );
  const sides = result.integers('s');
  const buckets = result.integers('b');
  const counts = result.integers('n');
  const read = readColumn(result, type);
  for (let row = 0; row < result.rowCount; row++) {
    comparison.addValue(sideOfCode(sides[row]), { key, value: read(row) }, buckets[row] ?? 0, counts[row] ?? 0);
  }
}

/** The value as a literal for a column of a type; none if the column cannot hold it. */
function literalOf(value: ScalarValue, type: AttributeColumn['type']): string[] {
  switch (value.kind) {
    case 'string':
      return type === 'string' ? [sqlText(value.value)] : [];
    case 'int':
      return type === 'int' ? [sqlInteger(value.value, 'BIGINT')] : [];
    case 'float':
      return type === 'double' ? [sqlDouble(value.value)] : [];
    case 'boolean':
      return type === 'bool' ? [String(value.value)] : [];
    default:
      return [];
  }
}
