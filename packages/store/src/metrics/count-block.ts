// SPDX-License-Identifier: Apache-2.0
//
// Counts the matching spans of one block for a metrics function: by SQL those whose values SQL knows, and one by one,
// with the same evaluator as the plain reading of the language, those of the other shapes.

import { type GroupValues, type MetricsGroups, type Tally } from '@tracewell/traceql';
import { StoreError } from '../api.ts';
import type { BlockRef, SqlResult } from '../blocks/reader.ts';
import type { QueryContext } from '../execute/query-context.ts';
import { columnsForKeys, RowView } from '../execute/row-view.ts';
import { readColumns, SpanColumns } from '../execute/span-columns.ts';
import { sqlAnd, sqlNot, sqlOr } from '../plan/predicate.ts';
import { readsOf, type SpanReads } from '../plan/search-plan.ts';
import { sqlIdIn } from '../plan/sql-text.ts';
import { offerSpans } from './exemplars.ts';
import { measureOf, referencesOf, type Counting, type ExemplarSpan } from './measure-span.ts';
import { measureSql, type MeasureSql } from './measure-sql.ts';
import { isOfTrace, loadTraceFacts } from './trace-facts.ts';
import { bucketSql, bucketOfStart } from './time-sql.ts';
import { valueSql, type ValueSql } from './value-sql.ts';

/** Rows that one statement of an aggregation gives; more groups than that in a block are not told apart any more. */
const MAX_ROWS = 1_000_000;
/** Rows of a block that are read at a time to be looked at one by one. */
const WALK_ROWS = 100_000;

/** Adds the spans of `block` that `where` selects; all of them must start in the window. */
export async function countBlock(
  context: QueryContext,
  counting: Counting,
  block: BlockRef,
  where: string,
  overflow: boolean
): Promise<void> {
  const { measure, groups } = counting;
  const measured = measureSql(block, measure.attribute, groups.kind, overflow);
  const by = measure.by.map((reference) => valueSql(block, reference, overflow));
  const parts = [measured.undecided, ...by.map(({ undecided }) => undecided)];
  const shapes = [...new Set(parts.flatMap((part) => (part === 'all' ? [] : part)))];
  const undecided = parts.includes('all')
    ? 'TRUE'
    : sqlOr(sqlIdIn('shape_id', shapes), ...by.flatMap(({ undecidedRows }) => undecidedRows ?? []));
  const known = sqlAnd(where, sqlNot(undecided));
  const decided = sqlAnd(known, measured.where);
  // The groups with the most spans are found in SQL, which has to know which spans count.
  const isNullable = measured.isKeyNullable === true && counting.topGroups === undefined;
  const matching =
    (await aggregate(context, counting, block, isNullable ? known : decided, measured, by)) +
    (await walk(context, counting, block, sqlAnd(where, undecided)));
  if (counting.picker.isActive && matching > 0) {
    // Of spans that are measured one by one, some may turn out not to count; that is seen when they are read.
    const counted = undecided === 'FALSE' ? decided : where;
    await offerSpans(context, counting.picker, block, counted, counting.window, matching);
  }
}

async function aggregate(
  context: QueryContext,
  { groups, topGroups, window }: Counting,
  block: BlockRef,
  where: string,
  { aggregate: sum, key, isKeyNullable = false }: MeasureSql,
  by: readonly ValueSql[]
): Promise<number> {
  if (where === 'FALSE') {
    return 0;
  }
  const columns = by.flatMap((value) => value.columns);
  const named = columns.map((column, index) => `${column} AS g${index}`);
  const keys = [`${bucketSql(window)} AS b`, ...named, ...(key === undefined ? [] : [`${key} AS v`])];
  const values = ['count(*)::UINTEGER AS n', ...(sum === undefined ? [] : [`${sum} AS v`])];
  context.begin('counts by bucket and group');
  const counted = `SELECT ${[...keys, ...values].join(', ')} FROM ${block.catalog}.spans WHERE ${where} GROUP BY ${keys.map((_, index) => index + 1).join(', ')}`;
  const result = await context.query(
    block,
    `${topGroups === undefined ? counted : topGroupsSql(counted, columns.length, topGroups)} LIMIT ${MAX_ROWS + 1}`
  );
  if (result.rowCount > MAX_ROWS && groups.kind === 'exact') {
    throw tooManyValues();
  }
  if (result.rowCount > MAX_ROWS) {
    groups.full = true;
  }
  const hasValue = key !== undefined || sum !== undefined;
  const buckets = result.integers('b');
  const counts = result.integers('n');
  const numbers = hasValue ? result.numbers('v') : undefined;
  const groupOf = groupReader(result, by);
  const tallyOf = tallyReader(result, groups, groupOf, by);
  let matching = 0;
  for (let row = 0; row < result.rowCount && (!groups.full || topGroups !== undefined); row++) {
    const count = counts[row] ?? 0;
    const value = numbers?.[row] ?? 0;
    if (!isKeyNullable || !Number.isNaN(value)) {
      matching += count;
      tallyOf(row)?.add(buckets[row] ?? 0, value, count);
    }
  }
  return matching;
}

/** Of rows with groups in columns g0, g1, ...: those of the groups with the most spans; of equal ones, of the first. */
function topGroupsSql(counted: string, columns: number, limit: number): string {
  const group = Array.from({ length: columns }, (_, index) => `g${index}`).join(', ');
  return columns === 0
    ? counted
    : `SELECT * EXCLUDE (total, place) FROM (
      SELECT *, dense_rank() OVER (ORDER BY total DESC, ${group}) AS place FROM (
        SELECT *, sum(n) OVER (PARTITION BY ${group}) AS total FROM (${counted})
      )
    ) WHERE place <= ${limit}`;
}

function tooManyValues(): StoreError {
  return new StoreError(
    'limit',
    `exact quantiles of more than ${MAX_ROWS.toLocaleString('en-US')} different values are not kept; narrow the filter or the time range, or leave out with(exact=true)`
  );
}

/** Reads the group of a row; its columns come after that of the bucket. */
function groupReader(result: SqlResult, by: readonly ValueSql[]): (row: number) => GroupValues {
  let next = 1;
  const readers = by.map(({ columns, read }) => {
    const reader = read(result, next);
    next += columns.length;
    return reader;
  });
  return (row) => readers.map((read) => read(row));
}

/** The tally of a row's group. A group that is one column, or none, is found without making a group of each row. */
function tallyReader(
  result: SqlResult,
  groups: MetricsGroups<ExemplarSpan>,
  groupOf: (row: number) => GroupValues,
  by: readonly ValueSql[]
): (row: number) => Tally | undefined {
  const [only, ...more] = by.filter(({ columns }) => columns.length > 0);
  if (only === undefined) {
    // Not before a row counts: a group without any is none.
    let tally: Tally | undefined;
    return (row) => (tally ??= groups.tally(groupOf(row)));
  }
  if (more.length > 0 || only.columns.length > 1 || only.key === undefined) {
    return (row) => groups.tally(groupOf(row));
  }
  const keys: ArrayLike<string | number | null> = only.key === 'text' ? result.texts(1) : result.integers(1);
  const known = new Map<string | number | null, Tally | undefined>();
  return (row) => {
    const key = keys[row] ?? null;
    let tally = known.get(key);
    if (tally === undefined && !known.has(key)) {
      tally = groups.tally(groupOf(row));
      known.set(key, tally);
    }
    return tally;
  };
}

/** The columns of spans that are measured one by one. */
export function columnsToMeasure(block: BlockRef, { columns, keys, remainder }: SpanReads): string {
  return readColumns(block, [
    'trace_hi',
    'trace_lo',
    'span_id',
    'start_ns',
    'end_ns',
    'shape_id',
    'resource_id',
    'scope_id',
    ...columns,
    ...columnsForKeys(block, keys).map(({ column }) => column),
    ...(remainder ? ['rest'] : []),
  ]);
}

/** Looks at spans one by one. */
async function walk(context: QueryContext, counting: Counting, block: BlockRef, where: string): Promise<number> {
  if (where === 'FALSE') {
    return 0;
  }
  let matching = 0;
  const { groups, window } = counting;
  const references = referencesOf(counting.measure);
  const reads = readsOf(references);
  const isOfTraces = references.some(isOfTrace);
  const columns = columnsToMeasure(block, reads);
  const evaluate = measureOf(counting);
  for (let first = 0; first < block.spans; first += WALK_ROWS) {
    context.begin('spans that are looked at one by one');
    const result = await context.query(
      block,
      `SELECT ${columns} FROM ${block.catalog}.spans
      WHERE rowid >= ${first} AND rowid < ${first + WALK_ROWS} AND ${where}`
    );
    const rows = new SpanColumns(block, result);
    const view = new RowView(rows);
    const facts = isOfTraces ? await loadTraceFacts(context, rows) : undefined;
    for (let row = 0; row < rows.rowCount; row++) {
      view.at(row, facts?.(rows.traceHi[row] ?? 0n, rows.traceLo[row] ?? 0n));
      const found = evaluate(view);
      if (found !== undefined) {
        matching += 1;
        groups.tally(found.group)?.add(bucketOfStart(window, rows.start[row] ?? 0n), found.added, 1);
      }
    }
  }
  return matching;
}
