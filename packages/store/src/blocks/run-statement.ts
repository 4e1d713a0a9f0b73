// SPDX-License-Identifier: Apache-2.0
//
// Runs statements that take long without a thread that waits for them. DuckDB's own way to run a statement keeps the
// calling thread busy asking whether the others are done: of the CPU time of ingest and sealing a quarter went there.
// Here DuckDB's threads run it alone, and this one looks now and then. An instance with a single thread has no others:
// there the calling thread runs everything itself.

import duckdb from '@duckdb/node-bindings';
import { setImmediate, setTimeout } from 'node:timers/promises';

/** Milliseconds between looks: the first are short, so that short statements do not wait. */
const PAUSES = [0, 0, 1, 1, 2];
const LAST_PAUSE = 4;

/** The other threads of one instance. */
export interface OtherThreads {
  /** Statements that they have been given. */
  busy: number;
}

const othersOf = new WeakMap<duckdb.Connection, OtherThreads>();

/** Says which threads run the statements of a connection. */
export function shareThreads(connection: duckdb.Connection, others: OtherThreads): void {
  othersOf.set(connection, others);
}

/** Runs a statement on DuckDB's threads, if it has any, else on one of libuv's. Rejects with the error of DuckDB. */
export async function runStatement(connection: duckdb.Connection, sql: string): Promise<duckdb.Result> {
  const others = othersOf.get(connection);
  return others === undefined ? duckdb.query(connection, sql) : runOn(others, connection, sql);
}

/**
 * Runs a statement that must not wait behind longer ones: on DuckDB's threads if they have nothing else to do, else on
 * one of libuv's, which then finds it waiting and does not wait itself.
 */
export async function runUrgently(connection: duckdb.Connection, sql: string): Promise<void> {
  const others = othersOf.get(connection);
  await (others === undefined || others.busy > 0 ? duckdb.query(connection, sql) : runOn(others, connection, sql));
}

/** Counts work of DuckDB's threads that was begun otherwise, until it ends. */
export async function keepingBusy<T>(connection: duckdb.Connection, work: () => Promise<T>): Promise<T> {
  const others = othersOf.get(connection);
  if (others === undefined) {
    return work();
  }
  others.busy += 1;
  try {
    return await work();
  } finally {
    others.busy -= 1;
  }
}

async function runOn(others: OtherThreads, connection: duckdb.Connection, sql: string): Promise<duckdb.Result> {
  const prepared = await duckdb.prepare(connection, sql);
  others.busy += 1;
  try {
    const pending = duckdb.pending_prepared(prepared);
    for (let look = 0; ; look++) {
      const state = duckdb.pending_execute_check_state(pending);
      if (state === duckdb.PendingState.RESULT_READY || state === duckdb.PendingState.ERROR) {
        // Fetches what is ready, and rejects with the error.
        return await duckdb.execute_pending(pending);
      }
      const pause = PAUSES[look] ?? LAST_PAUSE;
      await (pause === 0 ? setImmediate() : setTimeout(pause));
    }
  } finally {
    others.busy -= 1;
    // A statement that is kept prepared would keep the files of its blocks open.
    duckdb.destroy_prepare_sync(prepared);
  }
}
