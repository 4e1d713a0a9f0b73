// SPDX-License-Identifier: Apache-2.0
//
// Which spans stand for the others: the range is cut into as many slots as there can be pairs of exemplars, and each slot
// offers the slowest span and one taken at random (but always the same one for the same spans). Ranks are part
// of the aggregation that counts, packed with the row's id into one number, because a query of their own would read
// everything once more.

import type { GroupValues, NumericValue } from '@tracewell/traceql';
import type { BlockRef } from '../blocks/reader.ts';
import { DURATION_SQL } from '../plan/sql-text.ts';

const RANK_BITS = 32n;
const MAX_RANK = (1n << RANK_BITS) - 1n;
/** Durations are told apart to 256 ns, up to 18 minutes. */
const DURATION_SHIFT = 8n;

/** Columns that pack a rank and the row, of the slowest span and of a random one. */
export const pickColumns = [
  `max((least(${DURATION_SQL} >> ${DURATION_SHIFT}::UBIGINT, ${MAX_RANK}::UBIGINT) << ${RANK_BITS}::UBIGINT) | rowid::UBIGINT) AS slowest`,
  `max(((start_ns & ${MAX_RANK}::UBIGINT) << ${RANK_BITS}::UBIGINT) | rowid::UBIGINT) AS any_other`,
].join(', ');

/** The same for one span. */
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
  readonly group: GroupValues;
  /** What the function measures of it; undefined if that has to be read. */
  readonly measured?: NumericValue;
}

/** What a pick is of. */
export interface PickSource {
  readonly block: BlockRef;
  readonly bucket: number;
  /** Called only for spans that are picked. */
  readonly group: () => GroupValues;
  readonly measured?: NumericValue | undefined;
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

  /** Offers the spans of a part of a bucket; `slowest` and `other` are packed as in {@link pickColumns}. */
  offer({ block, bucket, group, measured }: PickSource, slowest: bigint, other: bigint): void {
    const slot = this.slots[Math.floor((bucket * this.slots.length) / this.buckets)];
    if (slot === undefined) {
      return;
    }
    const ranked = (packed: bigint): Ranked => ({
      block,
      bucket,
      group: group(),
      ...(measured !== undefined && { measured }),
      row: Number(packed & MAX_RANK),
      rank: packed >> RANK_BITS,
    });
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
