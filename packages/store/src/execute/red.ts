// SPDX-License-Identifier: Apache-2.0
//
// Rates, errors and durations of matching spans over time. Counts and heatmap cells are added up block by
// block; quantiles are exact, see red-quantiles.ts. Each heatmap cell
// offers its slowest span and its most recent one as exemplars: both ride along in the same aggregation, packed
// with the row's id into one number, because an arg_max per cell costs more than all the rest.

import {
  StoreError,
  type QueryOptions,
  type RedExemplar,
  type RedRequest,
  type RedResult,
  type RedSeries,
} from '../api.ts';
import type { BlockReader, BlockRef } from '../blocks/reader.ts';
import { cellSql } from '../graph/cells.ts';
import { describePlan, planSearch, type SearchPlan } from '../plan/search-plan.ts';
import { DURATION_SQL, sqlInteger, sqlText } from '../plan/sql-text.ts';
import { groupSql, parseReference } from './group-values.ts';
import { spanIdText, traceIdText } from './ids.ts';
import { matchingSpansSql } from './matched-spans.ts';
import { withContext, type QueryContext } from './query-context.ts';
import { CellDurations, CELLS, percents, quantileTargets } from './red-quantiles.ts';
import { durationOf } from './row-view.ts';

const MAX_BUCKETS = 1_000;
const MAX_GROUPS = 20;
const MAX_EXEMPLARS = 1_000;
/** Durations that one statement may bring. */
const MAX_DURATIONS = 1_500_000;
/** Bits of a packed exemplar that hold the row's id. */
const ROW_BITS = 40n;
const RANK_BITS = 23;

interface Part {
  readonly block: BlockRef;
  /** Condition on rows of `spans`. */
  readonly where: string;
  readonly group: string;
}

/** See `Store.red`. */
export async function executeRed(
  reader: BlockReader,
  request: RedRequest,
  options: QueryOptions = {}
): Promise<RedResult> {
  const plan = planSearch(request.query);
  return withContext(reader, options, (context) => new RedQuery(context, plan, request).run());
}

interface Cell {
  readonly bucket: number;
  readonly cell: number;
  count: number;
  errors: number;
  slowest: Pick;
  latest: Pick;
}

/** A row with its rank among the rows of its cell. */
interface Pick {
  readonly rank: bigint;
  readonly block: BlockRef;
  readonly row: bigint;
}

class RedQuery {
  private readonly context: QueryContext;
  private readonly plan: SearchPlan;
  private readonly request: RedRequest;
  private readonly buckets: number;

  constructor(context: QueryContext, plan: SearchPlan, request: RedRequest) {
    const { start, end, step } = request;
    if (step <= 0n || end <= start) {
      throw new StoreError(
        'malformed',
        `expected a step above 0 and an end after the start, found ${step} and [${start}, ${end})`
      );
    }
    const buckets = (end - start + step - 1n) / step;
    if (buckets > BigInt(MAX_BUCKETS)) {
      throw new StoreError('limit', `${buckets} buckets are more than the limit of ${MAX_BUCKETS}; take a larger step`);
    }
    this.context = context;
    this.plan = plan;
    this.request = request;
    this.buckets = Number(buckets);
  }

  async run(): Promise<RedResult> {
    const { buckets, context } = this;
    context.recorder?.plan(describePlan(this.plan));
    const parts = await this.parts();
    const cells = new Map<number, Cell>();
    context.begin('counts by bucket and duration');
    await context.inLanes(parts, (part) => this.addCells(part, cells));
    const ordered = [...cells.values()].sort((a, b) => a.bucket - b.bucket || a.cell - b.cell);
    context.begin('quantiles by bucket');
    const total = await this.total(parts, ordered);
    context.begin('groups');
    const groups = this.request.by === undefined ? [] : await this.groups(parts);
    context.begin('exemplars');
    const exemplars = await this.exemplars(ordered);
    const heatmap = Array.from({ length: buckets }, (): Cell[] => []);
    for (const cell of ordered) {
      heatmap[cell.bucket]?.push(cell);
    }
    return {
      buckets,
      total,
      groups,
      heatmap: heatmap.map((inBucket) => ({
        cells: Uint16Array.from(inBucket, ({ cell }) => cell),
        counts: Float64Array.from(inBucket, ({ count }) => count),
        errors: Float64Array.from(inBucket, ({ errors }) => errors),
      })),
      exemplars,
      cost: context.cost(),
      ...context.explained(),
    };
  }

  private async parts(): Promise<Part[]> {
    const { context, plan, request } = this;
    const { start, end } = request;
    const by = request.by === undefined ? undefined : parseReference(request.by);
    const parts: Part[] = [];
    for (const block of context.blocks) {
      if (block.minTime >= end || (block.state === 'sealed' && block.maxTime < start)) {
        continue;
      }
      const roots = request.rootsOnly ? ' AND parent_id = 0' : '';
      const within = `start_ns >= ${sqlInteger(start, 'UBIGINT')} AND start_ns < ${sqlInteger(end, 'UBIGINT')}${roots}`;
      const where = await matchingSpansSql(context, block, plan, within);
      if (where !== 'FALSE') {
        parts.push({ block, where, group: by === undefined ? 'NULL' : await groupSql(context, block, by, where) });
      }
    }
    return parts;
  }

  private bucketSql(): string {
    const { start, step } = this.request;
    return `((start_ns - ${sqlInteger(start, 'UBIGINT')}) // ${sqlInteger(step, 'UBIGINT')})::UINTEGER`;
  }

  private async addCells({ block, where }: Part, cells: Map<number, Cell>): Promise<void> {
    const { start, step } = this.request;
    const offset = `((start_ns - ${sqlInteger(start, 'UBIGINT')}) % ${sqlInteger(step, 'UBIGINT')})`;
    const offsetShift = Math.max(0, step.toString(2).length - RANK_BITS);
    const wanted = this.request.exemplarsPerCell > 0;
    // Within a cell the leading bits of the duration tell which is slower, to a millionth.
    const picks = wanted
      ? `, max(((d >> (CASE WHEN c > 80 THEN (c >> 2) - 20 ELSE 0 END)::UBIGINT) << ${ROW_BITS}) | row) AS slowest, max((o << ${ROW_BITS}) | row) AS latest`
      : '';
    const result = await this.context.query(
      block,
      `SELECT (b * ${CELLS} + c)::UINTEGER AS key, count(*)::UINTEGER AS n, sum(e)::UINTEGER AS errors${picks}
      FROM (SELECT *, ${cellSql('d')} AS c FROM (
        SELECT ${this.bucketSql()} AS b, ${DURATION_SQL} AS d, (status = 2)::UTINYINT AS e,
          rowid::UBIGINT AS row, ${offset} >> ${offsetShift}::UBIGINT AS o
        FROM ${block.catalog}.spans WHERE ${where}))
      GROUP BY 1`
    );
    const keys = result.integers('key');
    const counts = result.integers('n');
    const errors = result.integers('errors');
    const slowest = wanted ? result.bigints('slowest') : [];
    const latest = wanted ? result.bigints('latest') : [];
    const unpack = (packed: bigint): Pick => ({
      rank: packed >> ROW_BITS,
      block,
      row: packed & ((1n << ROW_BITS) - 1n),
    });
    for (let i = 0; i < result.rowCount; i++) {
      const key = keys[i] ?? 0;
      const found = cells.get(key);
      const slow = unpack(slowest[i] ?? 0n);
      const late = unpack(latest[i] ?? 0n);
      if (found === undefined) {
        cells.set(key, {
          bucket: Math.floor(key / CELLS),
          cell: key % CELLS,
          count: counts[i] ?? 0,
          errors: errors[i] ?? 0,
          slowest: slow,
          latest: late,
        });
      } else {
        found.count += counts[i] ?? 0;
        found.errors += errors[i] ?? 0;
        found.slowest = slow.rank > found.slowest.rank ? slow : found.slowest;
        found.latest = late.rank > found.latest.rank ? late : found.latest;
      }
    }
  }

  /** Counts, errors and quantiles by bucket, of all spans. */
  private async total(parts: readonly Part[], cells: readonly Cell[]): Promise<RedSeries> {
    const series = this.empty();
    for (const { bucket, count, errors } of cells) {
      series.counts[bucket] = (series.counts[bucket] ?? 0) + count;
      series.errors[bucket] = (series.errors[bucket] ?? 0) + errors;
    }
    const counts = new Map(cells.map(({ bucket, cell, count }) => [bucket * CELLS + cell, count]));
    const targets = quantileTargets(counts);
    const durations = new CellDurations(targets, counts);
    // One statement for all blocks, unless it would bring too much at a time.
    const together = durations.expected > MAX_DURATIONS ? 1 : parts.length;
    for (let first = 0; first < parts.length && targets.length > 0; first += together) {
      await this.addDurations(parts.slice(first, first + together), durations);
      await this.context.breathe();
    }
    for (const target of targets) {
      series[`p${target.percent}`][target.bucket] = durations.rank(target);
    }
    return series;
  }

  private async addDurations(parts: readonly Part[], durations: CellDurations): Promise<void> {
    const keys = durations.keys.join(', ');
    const selects = parts.map(
      ({ block, where }) =>
        `SELECT key, d FROM (SELECT (b * ${CELLS} + ${cellSql('d')})::UINTEGER AS key, d FROM (
          SELECT ${this.bucketSql()} AS b, ${DURATION_SQL} AS d FROM ${block.catalog}.spans WHERE ${where}))`
    );
    const result = await this.context.queryAll(
      parts.map(({ block }) => block),
      `SELECT key, d FROM (${selects.join(' UNION ALL ')}) WHERE key IN (SELECT unnest([${keys}]::UINTEGER[]))`
    );
    const found = result.integers('key');
    const values = result.numbers('d');
    for (let row = 0; row < result.rowCount; row++) {
      durations.add(found[row] ?? 0, values[row] ?? 0);
    }
  }

  private empty(): RedSeries {
    const { buckets } = this;
    return {
      counts: new Float64Array(buckets),
      errors: new Float64Array(buckets),
      p50: new Float64Array(buckets).fill(Number.NaN),
      p90: new Float64Array(buckets).fill(Number.NaN),
      p99: new Float64Array(buckets).fill(Number.NaN),
    };
  }

  /** Counts, errors and quantiles of the groups with the most spans. */
  private async groups(parts: readonly Part[]): Promise<RedSeries[]> {
    if (parts.length === 0) {
      return [];
    }
    const blocks = parts.map(({ block }) => block);
    const all = parts.map(
      ({ block, where, group }) =>
        `SELECT ${this.bucketSql()} AS b, ${DURATION_SQL} AS d, status = 2 AS e, ${group} AS g FROM ${block.catalog}.spans WHERE ${where}`
    );
    const spans = `(${all.join(' UNION ALL ')})`;
    const top = await this.context.queryAll(
      blocks,
      `SELECT g, count(*) AS n FROM ${spans} WHERE g IS NOT NULL GROUP BY g ORDER BY n DESC, g LIMIT ${MAX_GROUPS}`
    );
    const names = top.texts('g').flatMap((name) => name ?? []);
    if (names.length === 0) {
      return [];
    }
    const quantiles = percents.map((percent, index) => `q[${index + 1}] AS p${percent}`).join(', ');
    const result = await this.context.queryAll(
      blocks,
      `SELECT g, b, n, errors, ${quantiles} FROM (
        SELECT g, b, count(*)::UINTEGER AS n, count(*) FILTER (e)::UINTEGER AS errors,
          quantile_disc(d, [${percents.map((percent) => `0.${percent}`).join(', ')}]) AS q
        FROM ${spans} WHERE g IN (${names.map(sqlText).join(', ')}) GROUP BY g, b)`
    );
    const series = new Map(names.map((name) => [name, { ...this.empty(), group: name }]));
    const groups = result.texts('g');
    const buckets = result.integers('b');
    const counts = result.numbers('n');
    const errors = result.numbers('errors');
    for (let row = 0; row < result.rowCount; row++) {
      const entry = series.get(groups[row] ?? '');
      const bucket = buckets[row] ?? 0;
      if (entry !== undefined) {
        entry.counts[bucket] = counts[row] ?? 0;
        entry.errors[bucket] = errors[row] ?? 0;
        for (const percent of percents) {
          entry[`p${percent}`][bucket] = result.numbers(`p${percent}`)[row] ?? Number.NaN;
        }
      }
    }
    return [...series.values()];
  }

  /** Slowest first, then the most recent, of each cell; of too many, those of each bucket's slowest cells. */
  private async exemplars(cells: readonly Cell[]): Promise<RedExemplar[]> {
    const perCell = this.request.exemplarsPerCell;
    const ranked: { readonly pick: Pick; readonly depth: number }[] = [];
    let bucket = -1;
    let depth = 0;
    for (const cell of [...cells].reverse()) {
      depth = cell.bucket === bucket ? depth + 1 : 0;
      bucket = cell.bucket;
      const same = cell.slowest.block === cell.latest.block && cell.slowest.row === cell.latest.row;
      const picks = [cell.slowest, ...(same ? [] : [cell.latest])].slice(0, perCell);
      ranked.push(...picks.map((pick) => ({ pick, depth })));
    }
    const chosen = ranked.sort((a, b) => a.depth - b.depth).slice(0, MAX_EXEMPLARS);
    const byBlock = new Map<BlockRef, bigint[]>();
    for (const { pick } of chosen) {
      byBlock.set(pick.block, [...(byBlock.get(pick.block) ?? []), pick.row]);
    }
    const exemplars: RedExemplar[] = [];
    for (const [block, rows] of byBlock) {
      const result = await this.context.query(
        block,
        `SELECT trace_hi, trace_lo, span_id, start_ns, end_ns, status, resource_id, name FROM ${block.catalog}.spans
        WHERE rowid IN (SELECT unnest([${rows.join(', ')}]::BIGINT[]))`
      );
      const hi = result.bigints('trace_hi');
      const lo = result.bigints('trace_lo');
      const ids = result.bigints('span_id');
      const starts = result.bigints('start_ns');
      const ends = result.bigints('end_ns');
      const statuses = result.integers('status');
      const resources = result.integers('resource_id');
      const names = result.texts('name');
      for (let i = 0; i < result.rowCount; i++) {
        exemplars.push({
          traceId: traceIdText(hi[i] ?? 0n, lo[i] ?? 0n),
          spanId: spanIdText(ids[i] ?? 0n),
          startUnixNano: starts[i] ?? 0n,
          durationNanos: durationOf(starts[i] ?? 0n, ends[i] ?? 0n),
          error: statuses[i] === 2,
          service: block.resources[resources[i] ?? 0]?.service ?? '',
          name: names[i] ?? '',
        });
      }
    }
    return exemplars.sort((a, b) =>
      a.startUnixNano === b.startUnixNano ? (a.spanId < b.spanId ? -1 : 1) : a.startUnixNano < b.startUnixNano ? -1 : 1
    );
  }
}
