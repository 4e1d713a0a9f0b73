// SPDX-License-Identifier: Apache-2.0
//
// Which spans stand for the others: the range is cut into as many slots as there can be pairs of exemplars, and each slot
// offers its slowest span and one taken at random (but always the same one for the same spans). Ranks are packed with
// the row's id into one number. Where very many spans match, evenly spread parts of the block are looked at instead of
// all of it: ranking costs more than counting.

import type { BlockRef } from '../blocks/reader.ts';
import type { QueryContext } from '../execute/query-context.ts';
import { sqlAnd } from '../plan/predicate.ts';
import { DURATION_SQL } from '../plan/sql-text.ts';
import type { Measured } from './measure-span.ts';
import { bucketSql, withinSql, type MetricsWindow } from './time-sql.ts';

const RANK_BITS = 32n;
const MAX_RANK = (1n << RANK_BITS) - 1n;
/** Durations are told apart to 256 ns, up to 18 minutes. */
const DURATION_SHIFT = 8n;

/** Matching spans of a block beyond which a part of them is ranked. */
const MAX_RANKED = 65_536;
/** DuckDB reads so many rows at a time, or none of them. */
const VECTOR_ROWS = 2_048;

const MAX_DURATION = MAX_RANK << DURATION_SHIFT;

const pickColumns = [
  `max(((CASE WHEN ${DURATION_SQL} > ${MAX_DURATION}::UBIGINT THEN ${MAX_RANK}::UBIGINT ELSE ${DURATION_SQL} >> ${DURATION_SHIFT}::UBIGINT END) << ${RANK_BITS}::UBIGINT) | rowid::UBIGINT) AS slowest`,
  `max(((start_ns & ${MAX_RANK}::UBIGINT) << ${RANK_BITS}::UBIGINT) | rowid::UBIGINT) AS any_other`,
].join(', ');

/** Offers spans of a block that `where` selects; `matching` is how many those are, about. */
export async function offerSpans(
  context: QueryContext,
  picker: ExemplarPicker,
  block: BlockRef,
  where: string,
  window: MetricsWindow,
  matching: number
): Promise<void> {
  // Of so many vectors one: a power of two, because a division costs more than what it saves.
  const every = 2 ** Math.max(0, Math.floor(Math.log2(matching / MAX_RANKED)));
  // Rows of the others are not looked at: what comes after THEN is worked out for rows that get there.
  const sampled =
    every < 2
      ? where
      : sqlAnd(withinSql(window), `CASE WHEN (rowid & ${(every - 1) * VECTOR_ROWS}) = 0 THEN ${where} ELSE FALSE END`);
  context.begin('spans that may be exemplars');
  const result = await context.query(
    block,
    `SELECT ${bucketSql(window)} AS b, ${pickColumns} FROM ${block.catalog}.spans WHERE ${sampled} GROUP BY 1`
  );
  const buckets = result.integers('b');
  const slowest = result.bigints('slowest');
  const other = result.bigints('any_other');
  for (let row = 0; row < result.rowCount; row++) {
    picker.offer({ block, bucket: buckets[row] ?? 0 }, slowest[row] ?? 0n, other[row] ?? 0n);
  }
}

/** Both ranks of one span, each packed with its row. */
export function packPicks(
  duration: bigint,
  start: bigint,
  row: number
): { readonly slowest: bigint; readonly other: bigint } {
  const rank = duration >> DURATION_SHIFT;
  return {
    slowest: ((rank > MAX_RANK ? MAX_RANK : rank) << RANK_BITS) | BigInt(row),
    other: ((start & MAX_RANK) << RANK_BITS) | BigInt(row),
  };
}

/** A span that was picked. */
export interface Pick {
  readonly block: BlockRef;
  readonly row: number;
  readonly bucket: number;
  /** What the function makes of it; undefined if that has to be read. */
  readonly measured?: Measured;
}

interface Ranked extends Pick {
  readonly rank: bigint;
}

/** Collects picks over blocks; see the head of the file. */
export class ExemplarPicker {
  private readonly wanted: number;
  private readonly buckets: number;
  private readonly slots: { slowest: Ranked | undefined; other: Ranked | undefined }[];

  constructor(wanted: number, buckets: number) {
    this.wanted = wanted;
    this.buckets = buckets;
    const slots = Math.min(buckets, Math.max(1, Math.floor(wanted / 2)));
    this.slots = Array.from({ length: wanted === 0 ? 0 : slots }, () => ({ slowest: undefined, other: undefined }));
  }

  /** Whether exemplars are wanted at all. */
  get isActive(): boolean {
    return this.wanted > 0;
  }

  /** Offers spans of a bucket; `slowest` and `other` are packed ranks, see {@link packPicks}. */
  offer(of: Omit<Pick, 'row'>, slowest: bigint, other: bigint): void {
    const slot = this.slots[Math.floor((of.bucket * this.slots.length) / this.buckets)];
    if (slot === undefined) {
      return;
    }
    const ranked = (packed: bigint): Ranked => ({ ...of, row: Number(packed & MAX_RANK), rank: packed >> RANK_BITS });
    if (slot.slowest === undefined || slowest >> RANK_BITS > slot.slowest.rank) {
      slot.slowest = ranked(slowest);
    }
    if (slot.other === undefined || other >> RANK_BITS > slot.other.rank) {
      slot.other = ranked(other);
    }
  }

  /** The picks, no span twice: the slowest of all slots first. */
  picks(): Pick[] {
    const all = [...this.slots.map(({ slowest }) => slowest), ...this.slots.map(({ other }) => other)];
    const seen = new Set<string>();
    return all
      .flatMap((pick) => pick ?? [])
      .filter(({ block, row }) => {
        const key = `${block.catalog} ${row}`;
        const isNew = !seen.has(key);
        seen.add(key);
        return isNew;
      })
      .slice(0, this.wanted);
  }
}
