// SPDX-License-Identifier: Apache-2.0
//
// What a sealed block says of where it comes from: which blocks it has taken the place of, and when its spans
// arrived. The manifest knows both; this is for the day when the manifest is damaged and the block files have to
// tell which of them are still meant. A view, because a table takes a page of the file.

import { sqlText } from '../schema/tables.ts';
import type { QueryPool } from './query-pool.ts';

/** Times of arrival are milliseconds since 1970. */
export interface Origin {
  /** Ids of sealed blocks whose spans are here now, or were deleted on the way here. */
  readonly replaces: readonly string[];
  readonly firstArrival: number;
  readonly lastArrival: number;
}

/** The statement that writes it into a block's file. */
export function createOriginSql(catalog: string, { replaces, firstArrival, lastArrival }: Origin): string {
  return `CREATE VIEW ${catalog}.origin AS SELECT ${sqlText(replaces.join(' '))} AS replaces,
    ${sqlText(String(firstArrival))} AS first_arrival, ${sqlText(String(lastArrival))} AS last_arrival`;
}

/** The origin of a sealed block; undefined if it was written by a version that said nothing of it. */
export async function readOrigin(pool: QueryPool, catalog: string): Promise<Origin | undefined> {
  const views = await pool.query(
    `SELECT 1 FROM duckdb_views() WHERE database_name = ? AND schema_name = 'main' AND view_name = 'origin'`,
    [catalog]
  );
  if (views.rowCount === 0) {
    return undefined;
  }
  const origin = await pool.query(`SELECT replaces, first_arrival, last_arrival FROM ${catalog}.origin`);
  const text = (column: string): string => origin.texts(column)[0] ?? '';
  return {
    replaces: text('replaces').match(/\d+/g) ?? [],
    firstArrival: Number(text('first_arrival')),
    lastArrival: Number(text('last_arrival')),
  };
}
