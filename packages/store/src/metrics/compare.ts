// SPDX-License-Identifier: Apache-2.0
//
// compare() over blocks: counts by side, bucket and value for everything that spans have. Values of resources and scopes
// are counted by their ids and looked up in the dictionaries; values of columns are counted in SQL, first over the whole
// range, to know which ones are frequent, then by bucket for those alone; values in the remainder are read span by span,
// of evenly spread spans if there are too many.

import { compareLabelValues, labelValue, toValue, valueKey, type ScalarValue } from '@tracewell/traceql';
import type { Attribute } from '@tracewell/trace';
import { OVERFLOW_SHAPE_ID, type AttributeColumn, type BlockRef } from '../blocks/reader.ts';
import type { QueryContext } from '../execute/query-context.ts';
import { sqlAnd } from '../plan/predicate.ts';
import { shapeIndexOf } from '../plan/shape-index.ts';
import { sqlDouble, sqlIdIn, sqlInteger, sqlText } from '../plan/sql-text.ts';
import { SIDES, sideOfCode, type ComparePart, type Comparing } from './compare-part.ts';
import { attributeLabel, countRemainder } from './compare-remainder.ts';
import { countRoots } from './compare-roots.ts';
import { bucketSql } from './time-sql.ts';

/** Values of one column and side that one block gives; there are more than these only among the rare ones. */
const MAX_VALUES = 2_000;

/** A column whose values are counted as they are. */
interface ValueColumn {
  /** Key of the label. */
  readonly key: string;
  readonly sql: string;
  readonly type: AttributeColumn['type'];
  /** Which rows have a value there. */
  readonly where: string;
}

/** Values by how often they were seen, on one side. */
type Totals = Map<string, { readonly value: ScalarValue; total: number }>;

interface Found {
  readonly sides: readonly [Totals, Totals];
  /** Whether some block has more values than it gave. */
  isCut: boolean;
}

/** Counts everything; resolves to what the answer leaves out, as sentences. */
export async function compareBlocks(comparing: Comparing, parts: readonly ComparePart[]): Promise<string[]> {
  const { context, window } = comparing;
  const found = new Map<string, Found>();
  const columns = new Map<ComparePart, ValueColumn[]>();
  for (const part of parts) {
    context.begin('how many spans have which attribute');
    columns.set(part, await countPresent(comparing, part));
    context.begin('kinds, statuses, resources, scopes');
    await countCodes(comparing, part);
    context.begin('roots of traces');
    await countRoots(comparing, part);
    context.begin('values of attributes');
    for (const column of columns.get(part) ?? []) {
      await countValues(comparing, part, column, found);
    }
  }
  context.begin('the most frequent values by bucket');
  for (const [key, { sides, isCut }] of found) {
    const top = sides.map((totals) => mostFrequent(totals, comparing.measure.topN));
    SIDES.forEach((side, index) => {
      if (isCut || (sides[index]?.size ?? 0) > comparing.measure.topN) {
        comparing.comparison.setHasMore(side, key);
      }
    });
    for (const part of parts) {
      for (const column of (columns.get(part) ?? []).filter((candidate) => candidate.key === key)) {
        if (window.step === undefined && !isCut) {
          continue;
        }
        await countTop(comparing, part, column, top);
      }
    }
    if (window.step === undefined && !isCut) {
      SIDES.forEach((side, index) => {
        for (const { value, total } of top[index] ?? []) {
          comparing.comparison.addValue(side, { key, value }, 0, total);
        }
      });
    }
  }
  context.begin('attributes without a column');
  return countRemainder(comparing, parts);
}

function mostFrequent(totals: Totals, topN: number): { readonly value: ScalarValue; readonly total: number }[] {
  return [...totals.values()].sort((a, b) => b.total - a.total || compareLabelValues(a.value, b.value)).slice(0, topN);
}

/** Adds the totals of all columns; gives the columns that have values. */
async function countPresent({ context, window, comparison }: Comparing, part: ComparePart): Promise<ValueColumn[]> {
  const { block, where, side, overflow } = part;
  const columns = valueColumns(block, overflow);
  const counts = columns.map(({ where: present }, index) => `count(*) FILTER (${present})::UINTEGER AS c${index}`);
  const result = await context.query(
    block,
    `SELECT ${side} AS s, ${bucketSql(window)} AS b, ${counts.join(', ')} FROM ${block.catalog}.spans WHERE ${where} GROUP BY 1, 2`
  );
  const sides = result.integers('s');
  const buckets = result.integers('b');
  return columns.filter(({ key }, index) => {
    const numbers = result.integers(`c${index}`);
    let total = 0;
    for (let row = 0; row < result.rowCount; row++) {
      const count = numbers[row] ?? 0;
      total += count;
      if (count > 0) {
        comparison.addTotal(sideOfCode(sides[row]), key, buckets[row] ?? 0, count);
      }
    }
    return total > 0;
  });
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
  const entry = found.get(key) ?? { sides: [new Map(), new Map()], isCut: false };
  found.set(key, entry);
  const sides = result.integers('s');
  const counts = result.integers('n');
  const distinct = result.integers('variety');
  const read = readColumn(result, type);
  for (let row = 0; row < result.rowCount; row++) {
    const totals: Totals = entry.sides[sides[row] === 1 ? 1 : 0];
    const value = read(row);
    const id = valueKey(value);
    const before = totals.get(id);
    if (before === undefined) {
      totals.set(id, { value, total: counts[row] ?? 0 });
    } else {
      before.total += counts[row] ?? 0;
    }
    entry.isCut ||= (distinct[row] ?? 0) > MAX_VALUES;
  }
}

type ColumnsOfResult = Awaited<ReturnType<QueryContext['query']>>;

function readColumn(result: ColumnsOfResult, type: AttributeColumn['type']): (row: number) => ScalarValue {
  switch (type) {
    case 'string': {
      const texts = result.texts('v');
      return (row) => ({ kind: 'string', value: texts[row] ?? '' });
    }
    case 'int': {
      const values = result.bigints('v');
      return (row) => ({ kind: 'int', value: values[row] ?? 0n });
    }
    case 'double': {
      const values = result.numbers('v');
      return (row) => ({ kind: 'float', value: values[row] ?? 0 });
    }
    case 'bool': {
      const values = result.integers('v');
      return (row) => ({ kind: 'boolean', value: values[row] !== 0 });
    }
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
