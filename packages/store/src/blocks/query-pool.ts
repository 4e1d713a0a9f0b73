// SPDX-License-Identifier: Apache-2.0
//
// Connections for queries. Each running statement holds one of libuv's threads, which commits and gunzip need
// too: the pool is small, and who finds no free connection waits in order. A query is ended by
// its signal or its time limit, also while it waits.

import duckdb from '@duckdb/node-bindings';
import { StoreError } from '../api.ts';
import { keepInterrupting, toStoreError } from './database.ts';
import type { Database } from './database.ts';
import { outOfTime } from './reader.ts';
import type { SqlOptions, SqlResult, SqlValue } from './reader.ts';
import { keepingBusy } from './run-statement.ts';
import { ResultColumns } from './sql-result.ts';

/** Statements that a connection keeps prepared; the one that was used longest ago makes way. */
const MAX_KEPT = 64;

/** A connection with the frequent statements that it has prepared, by text. */
interface PooledConnection {
  readonly connection: duckdb.Connection;
  readonly kept: Map<string, duckdb.PreparedStatement>;
}

/** See the head of the file. */
export class QueryPool {
  private readonly connections: readonly PooledConnection[];
  private readonly idle: PooledConnection[];
  /** Connections that were busy when a block went, and still keep statements on it. */
  private readonly toForget = new Map<PooledConnection, string[]>();
  /** Queries that wait for a connection: each is given one in its turn. */
  private readonly waiting: ((connection: PooledConnection) => void)[] = [];
  /** Of all queries, those that wait included. */
  private readonly stops = new Set<Stop>();
  private closed = false;
  private onIdle: (() => void) | undefined;

  private constructor(connections: readonly duckdb.Connection[]) {
    this.connections = connections.map((connection) => ({ connection, kept: new Map() }));
    this.idle = [...this.connections];
  }

  static async open(database: Database, connections: number): Promise<QueryPool> {
    return new QueryPool(await Promise.all(Array.from({ length: connections }, () => database.connect())));
  }

  /** See `BlockReader.query`. */
  async query(sql: string, params: readonly SqlValue[] = [], options: SqlOptions = {}): Promise<SqlResult> {
    const stop = new Stop(options);
    this.stops.add(stop);
    try {
      const connection = await this.take(stop);
      try {
        return await run(connection, sql, params, options, stop);
      } finally {
        this.giveBack(connection);
      }
    } finally {
      stop.dispose();
      this.stops.delete(stop);
    }
  }

  /** Lets go of all prepared statements on a block that is about to be detached: they would keep its file open. */
  forget(catalog: string): void {
    for (const connection of this.connections) {
      if (this.idle.includes(connection)) {
        dropKept(connection, catalog);
      } else {
        this.toForget.set(connection, [...(this.toForget.get(connection) ?? []), catalog]);
      }
    }
  }

  /** Ends what runs, refuses who waits and who comes. Resolves when nothing uses the connections any more. */
  async close(): Promise<void> {
    this.closed = true;
    this.idle.forEach((connection) => dropKept(connection));
    this.stops.forEach((stop) =>
      stop.end(new StoreError('closed', 'the store is closing; ask again', { retryable: true }))
    );
    if (this.idle.length < this.connections.length) {
      await new Promise<void>((resolve) => (this.onIdle = resolve));
    }
  }

  private take(stop: Stop): Promise<PooledConnection> {
    if (this.closed) {
      return Promise.reject(new StoreError('closed', 'the store is closed'));
    }
    if (stop.error !== undefined) {
      return Promise.reject(stop.error);
    }
    const connection = this.idle.pop();
    if (connection !== undefined) {
      return Promise.resolve(connection);
    }
    return new Promise((resolve, reject) => {
      this.waiting.push(resolve);
      stop.onStop = (error): void => {
        const at = this.waiting.indexOf(resolve);
        if (at >= 0) {
          this.waiting.splice(at, 1);
          reject(error);
        }
      };
    });
  }

  private giveBack(connection: PooledConnection): void {
    for (const catalog of this.closed ? [''] : (this.toForget.get(connection) ?? [])) {
      dropKept(connection, catalog);
    }
    this.toForget.delete(connection);
    const next = this.waiting.shift();
    if (next === undefined) {
      this.idle.push(connection);
    } else {
      next(connection);
    }
    if (this.idle.length === this.connections.length) {
      this.onIdle?.();
    }
  }
}

/** Why a query has to end, once it has to, and what to do then. */
class Stop {
  error: StoreError | undefined;
  onStop: ((error: StoreError) => void) | undefined;
  private readonly signal: AbortSignal | undefined;
  private readonly timer: NodeJS.Timeout | undefined;
  private readonly onAbort = (): void => this.end(new StoreError('cancelled', 'the query was cancelled'));

  constructor({ signal, timeoutMs }: SqlOptions) {
    this.signal = signal;
    if (signal?.aborted === true) {
      this.onAbort();
    }
    signal?.addEventListener('abort', this.onAbort);
    if (timeoutMs !== undefined && timeoutMs !== Infinity) {
      this.timer = setTimeout(() => this.end(outOfTime()), Math.min(timeoutMs, 2 ** 31 - 1));
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.signal?.removeEventListener('abort', this.onAbort);
  }

  /** The first reason counts. */
  end(error: StoreError): void {
    if (this.error === undefined) {
      this.error = error;
      this.onStop?.(error);
    }
  }
}

/** Statements on a block; all if none is named. */
function dropKept({ kept }: PooledConnection, catalog = ''): void {
  for (const [sql, statement] of kept) {
    if (catalog === '' || sql.includes(`${catalog}.`)) {
      duckdb.destroy_prepare_sync(statement);
      kept.delete(sql);
    }
  }
}

function keep({ kept }: PooledConnection, sql: string, statement: duckdb.PreparedStatement): void {
  kept.delete(sql);
  kept.set(sql, statement);
  const [oldest] = kept;
  if (kept.size > MAX_KEPT && oldest !== undefined) {
    duckdb.destroy_prepare_sync(oldest[1]);
    kept.delete(oldest[0]);
  }
}

/** A statement that reads an open block: catalogs of those are an o and the block's number. */
const growingBlock = /\bo\d+\./;

/**
 * DuckDB plans a statement by what the table's statistics say when it is prepared, also what would be wrong and not only
 * slow if it were no longer so: groups are counted in tables as large as the values then were. So a statement on a block
 * that grows is prepared and run in one transaction, and is not kept.
 */
async function run(
  pooled: PooledConnection,
  sql: string,
  params: readonly SqlValue[],
  { maxRows, isFrequent = false }: SqlOptions,
  stop: Stop
): Promise<SqlResult> {
  const { connection, kept } = pooled;
  const isGrowing = growingBlock.test(sql);
  const mayKeep = isFrequent && !isGrowing;
  let endInterrupts: (() => void) | undefined;
  stop.onStop = (): void => {
    endInterrupts = keepInterrupting([connection]);
  };
  const endStops = (): void => {
    stop.onStop = undefined;
    endInterrupts?.();
  };
  let prepared = mayKeep ? kept.get(sql) : undefined;
  if (prepared !== undefined) {
    // Back among the kept ones when it has not failed.
    kept.delete(sql);
  }
  let isGood = false;
  try {
    if (isGrowing) {
      await duckdb.query(connection, 'BEGIN TRANSACTION');
    }
    prepared ??= await duckdb.prepare(connection, sql);
    throwIfStopped(stop);
    const statement = prepared;
    params.forEach((value, i) => bind(statement, i + 1, value));
    const result = await keepingBusy(connection, () => duckdb.execute_prepared(statement));
    throwIfStopped(stop);
    const rows = duckdb.row_count(result);
    if (maxRows !== undefined && rows > maxRows) {
      throw new StoreError('limit', `the query has ${rows} rows, more than its limit of ${maxRows}`);
    }
    const columns = new ResultColumns(result);
    endStops();
    if (isGrowing) {
      await duckdb.query(connection, 'COMMIT');
    }
    isGood = true;
    return columns;
  } catch (error) {
    throw stop.error ?? toStoreError(error, 'query');
  } finally {
    endStops();
    if (isGrowing && !isGood) {
      // Fails if the transaction has ended, or the instance: then there is nothing to end.
      await duckdb.query(connection, 'ROLLBACK').catch(() => undefined);
    }
    if (prepared !== undefined && mayKeep && isGood) {
      keep(pooled, sql, prepared);
    } else if (prepared !== undefined) {
      duckdb.destroy_prepare_sync(prepared);
    }
  }
}

function throwIfStopped(stop: Stop): void {
  if (stop.error !== undefined) {
    throw stop.error;
  }
}

function bind(statement: duckdb.PreparedStatement, index: number, value: SqlValue): void {
  if (value === null) {
    duckdb.bind_null(statement, index);
  } else if (typeof value === 'string') {
    duckdb.bind_varchar(statement, index, value);
  } else if (typeof value === 'boolean') {
    duckdb.bind_boolean(statement, index, value);
  } else if (typeof value === 'bigint') {
    if (value >= 0n) {
      duckdb.bind_uint64(statement, index, value);
    } else {
      duckdb.bind_int64(statement, index, value);
    }
  } else if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) {
      duckdb.bind_int64(statement, index, BigInt(value));
    } else {
      duckdb.bind_double(statement, index, value);
    }
  } else {
    duckdb.bind_blob(statement, index, value);
  }
}
