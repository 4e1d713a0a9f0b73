// SPDX-License-Identifier: Apache-2.0
//
// The DuckDB instance: an in-memory main database to which blocks are attached. Its settings keep checkpoints
// out of ingest, extensions and the network out of the process, and memory within the limit. ATTACH needs
// file access, so enable_external_access stays on; statements come from this package only, and no text of
// a user is ever part of one except as a quoted literal or a parameter.

import duckdb from '@duckdb/node-bindings';
import { StoreError } from '../api.ts';
import { sqlText } from '../schema/tables.ts';
import type { SqlResult } from './reader.ts';
import { runStatement, shareThreads } from './run-statement.ts';
import type { OtherThreads } from './run-statement.ts';
import { ResultColumns } from './sql-result.ts';

/** Between interrupts of what has to end. */
const INTERRUPT_MS = 20;

export interface DatabaseOptions {
  readonly memoryLimitBytes: number;
  readonly threads: number;
  /** Where sorts spill to; made when needed, emptied at the start. */
  readonly tempDirectory: string;
}

/** One DuckDB instance. After a fatal error (a failed sync, a full disk) it only fails; open another. */
export class Database {
  private readonly database: duckdb.Database;
  private readonly connections = new Set<duckdb.Connection>();

  /** Those that run statements beside the calling thread, if there are any. */
  private readonly others: OtherThreads | undefined;

  private constructor(database: duckdb.Database, others: OtherThreads | undefined) {
    this.database = database;
    this.others = others;
  }

  static async open(options: DatabaseOptions): Promise<Database> {
    const config = duckdb.create_config();
    const megabytes = Math.max(64, Math.floor(options.memoryLimitBytes / 1_000_000));
    const settings: readonly (readonly [string, string])[] = [
      ['memory_limit', `${megabytes}MB`],
      ['threads', String(options.threads)],
      ['temp_directory', options.tempDirectory],
      ['autoinstall_known_extensions', 'false'],
      ['autoload_known_extensions', 'false'],
      ['allow_community_extensions', 'false'],
      // A checkpoint in the middle of ingest would hold up the commit that sets it off.
      ['wal_autocheckpoint', '1TB'],
      ['preserve_insertion_order', 'true'],
      // What a sealing has freed goes back to the system: otherwise it stays, in pieces, beyond the memory limit.
      ['allocator_flush_threshold', '16MB'],
    ];
    for (const [name, value] of settings) {
      duckdb.set_config(config, name, value);
    }
    const others = options.threads > 1 ? { busy: 0 } : undefined;
    const database = new Database(await duckdb.open(':memory:', config), others);
    const connection = await database.connect();
    await execute(connection, 'PRAGMA disable_checkpoint_on_shutdown');
    await execute(connection, 'SET lock_configuration = true');
    database.disconnect(connection);
    return database;
  }

  async connect(): Promise<duckdb.Connection> {
    const connection = await duckdb.connect(this.database);
    this.connections.add(connection);
    if (this.others !== undefined) {
      shareThreads(connection, this.others);
    }
    return connection;
  }

  disconnect(connection: duckdb.Connection): void {
    if (this.connections.delete(connection)) {
      duckdb.disconnect_sync(connection);
    }
  }

  /** As {@link keepInterrupting}, all connections but one. */
  interruptAll(except: duckdb.Connection): () => void {
    return keepInterrupting(this.connections, except);
  }

  /** Ends what runs, and the instance. Blocks are not checkpointed. */
  close(): void {
    for (const connection of this.connections) {
      duckdb.interrupt(connection);
      duckdb.disconnect_sync(connection);
    }
    this.connections.clear();
    duckdb.close_sync(this.database);
  }
}

/**
 * Makes the statements of these connections fail, those that run and those that begin, until the function that it returns
 * is called. DuckDB ends only what runs: who is between two statements is told at the next, and one that was handed to a
 * thread may not have begun there.
 */
export function keepInterrupting(connections: Iterable<duckdb.Connection>, except?: duckdb.Connection): () => void {
  const interrupt = (): void => {
    for (const connection of connections) {
      if (connection !== except) {
        duckdb.interrupt(connection);
      }
    }
  };
  interrupt();
  const again = setInterval(interrupt, INTERRUPT_MS);
  return () => clearInterval(again);
}

/** Runs a statement of which only success is of interest. Rejects with the error of DuckDB. */
export async function execute(connection: duckdb.Connection, sql: string): Promise<void> {
  await runStatement(connection, sql);
}

/** Runs a statement and gives its rows, on a connection that sees what the pool does not. */
export async function queryOn(connection: duckdb.Connection, sql: string): Promise<SqlResult> {
  return new ResultColumns(await runStatement(connection, sql));
}

export function attachSql(path: string, catalog: string, readOnly: boolean): string {
  return `ATTACH ${sqlText(path)} AS ${catalog}${readOnly ? ' (READ_ONLY)' : ''}`;
}

/**
 * Bytes of a page in files that are sealed; DuckDB's own choice, and that of older files, is four times as much. A segment
 * of a column ends with a row group, and what it leaves of its last page is often lost.
 */
export const SEALED_PAGE_BYTES = 65_536;

/**
 * ATTACH of a new file that will be sealed. The file may use what DuckDB's storage has had since 1.4 (dictionaries that are
 * compressed, remainders by zstd, validity that takes no space): smaller, written and read at less cost.
 */
export function createSealedSql(path: string, catalog: string): string {
  return `ATTACH ${sqlText(path)} AS ${catalog} (STORAGE_VERSION 'v1.4.0', BLOCK_SIZE ${SEALED_PAGE_BYTES})`;
}

/** The message of whatever was thrown (of an error of another realm too: `instanceof` would miss those). */
export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

/** Whether the instance is beyond use: everything after this error fails too. */
export function isFatal(error: unknown): boolean {
  return /FATAL|has been invalidated|INTERNAL Error/i.test(messageOf(error));
}

/** Whether a write failed because there was no room; by DuckDB's words or Node's code. */
export function isDiskFull(error: unknown): boolean {
  return /No space left on device|ENOSPC|Disk quota exceeded|EDQUOT/i.test(messageOf(error));
}

/** Whether a write failed because nothing may be written there; by DuckDB's words or Node's code. */
export function isReadOnly(error: unknown): boolean {
  return /Read-only file system|EROFS|Permission denied|EACCES|EPERM|Operation not permitted/i.test(messageOf(error));
}

/**
 * Whether reading a file failed for a reason that is not in the file: too little memory, no permission, too many open files, a
 * device that fails, a query that was ended. What fails so may be read another time.
 */
export function isPassing(error: unknown): boolean {
  return (
    isReadOnly(error) ||
    isDiskFull(error) ||
    isOutOfMemory(error) ||
    /Too many open files|EMFILE|ENFILE|Input\/output error|EIO|INTERRUPT|Could not set lock|conflicting lock/i.test(
      messageOf(error)
    ) ||
    (error instanceof StoreError && error.code !== 'internal')
  );
}

/** Whether the memory that DuckDB may use was not enough. An append or a COMMIT says so without the name of the error. */
export function isOutOfMemory(error: unknown): boolean {
  return /Out of Memory|failed to (?:allocate|pin)|could not allocate|bad_alloc/i.test(messageOf(error));
}

/** How much was in use when memory was not enough, as DuckDB says it: what it advises is not for who asks or sends. */
export function memoryUse(error: unknown): string {
  const use = /\([^()]*\bused\)/.exec(messageOf(error))?.[0];
  return use === undefined ? '' : ` ${use}`;
}

/** An error of DuckDB as the store's own; one that is a StoreError already stays as it is. */
export function toStoreError(error: unknown, doing: string): StoreError {
  if (error instanceof StoreError) {
    return error;
  }
  const message = messageOf(error);
  if (isOutOfMemory(error)) {
    const text = `${doing}: it needs more memory than the store has for it${memoryUse(error)}; narrow the time range or the filter`;
    return new StoreError('limit', text, { cause: error });
  }
  if (/INTERRUPT|connection disconnected/.test(message)) {
    return new StoreError('closed', `${doing}: the database was closed meanwhile; ask again`, {
      cause: error,
      retryable: true,
    });
  }
  return new StoreError('internal', `${doing}: ${message}`, { cause: error, retryable: isFatal(error) });
}
