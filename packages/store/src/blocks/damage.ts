// SPDX-License-Identifier: Apache-2.0
//
// Sealed blocks whose damage shows only when they are read: DuckDB verifies checksums as it reads. Such a block is found
// among those that a failed statement names, or that could not be rewritten, taken out of service and set aside; what
// failed is then run again without it.

import { attachSql, Database, execute, isFatal, isPassing, messageOf } from './database.ts';
import type { Log } from './log.ts';
import { QueryPool } from './query-pool.ts';
import type { BlockReader, SqlResult } from './reader.ts';

const PROBE_MEMORY_BYTES = 256_000_000;

/** Whether an error of a statement may come from a damaged file. */
export function mayBeDamage(error: unknown): boolean {
  const message = messageOf(error);
  const isDeviceError = /Input\/output error|EIO/.test(message);
  return (
    isDeviceError ||
    (!isPassing(error) &&
      /IO Error|Corrupt|checksum|Serialization Error|deserializ|Could not read|INTERNAL|FATAL/i.test(message))
  );
}

/** Ids of the sealed blocks that a statement reads. */
export function sealedIn(sql: string): string[] {
  return [...new Set([...sql.matchAll(/\bs(\d+)\./g)].map(([, id = '']) => id))];
}

/** Reads every column of every table of an attached block; rejects with what is wrong with it. */
export async function readWhole(query: (sql: string) => Promise<SqlResult>, catalog: string): Promise<void> {
  const tables = await query(
    `SELECT table_name FROM duckdb_tables() WHERE database_name = '${catalog}' ORDER BY table_name`
  );
  for (const table of tables.texts(0)) {
    await query(`SELECT bit_xor(hash(t)) FROM ${catalog}."${table ?? ''}" t`);
  }
}

/**
 * Reads a block in an instance of its own, because a damaged file may end the instance that reads it. Gives what is wrong;
 * undefined if nothing is, or it cannot be said now.
 */
export async function probeAlone(path: string, tempDirectory: string): Promise<string | undefined> {
  const database = await Database.open({ memoryLimitBytes: PROBE_MEMORY_BYTES, threads: 1, tempDirectory });
  try {
    const connection = await database.connect();
    await execute(connection, attachSql(path, 's0', true));
    const pool = await QueryPool.open(database, 1);
    await readWhole((sql) => pool.query(sql), 's0');
    await pool.close();
    return undefined;
  } catch (error) {
    return isPassing(error) && !isFatal(error) ? undefined : messageOf(error);
  } finally {
    database.close();
  }
}

/** What the watch needs of the blocks that are open now. */
export interface WatchedBlocks extends BlockReader {
  /** Takes a sealed block out of service and sets its files aside; false if it is gone already. */
  takeOut(id: string): Promise<boolean>;
}

/** See the head of the file. */
export class DamageWatch {
  /** Blocks that were taken out, in order. */
  private readonly taken: string[] = [];
  private readonly examined = new Map<string, Promise<boolean>>();
  private readonly log: Log;

  constructor(log: Log) {
    this.log = log;
  }

  /**
   * To be told of every error of what reads the sealed blocks `ids`. Resolves to those that are damaged, if that is what it
   * is, when they are out of service.
   */
  async examine(blocks: WatchedBlocks, ids: readonly string[], error: unknown): Promise<string[]> {
    if (!mayBeDamage(error) || isFatal(error)) {
      return [];
    }
    const isTaken = await Promise.all(
      ids.map((id) => {
        const running = this.examined.get(id) ?? this.examineBlock(blocks, id).finally(() => this.examined.delete(id));
        this.examined.set(id, running);
        return running;
      })
    );
    return ids.filter((_, i) => isTaken[i]);
  }

  /**
   * Runs a query, and again whenever a block that it may have read was taken out meanwhile. The answer says that it is
   * partial then.
   */
  async guard<T>(run: () => Promise<T>): Promise<T> {
    const from = this.taken.length;
    for (;;) {
      const before = this.taken.length;
      try {
        return withNote(await run(), this.taken.slice(from));
      } catch (error) {
        if (this.taken.length === before) {
          throw error;
        }
      }
    }
  }

  /** Whether the block was damaged and is out of service now. */
  private async examineBlock(blocks: WatchedBlocks, id: string): Promise<boolean> {
    const lease = blocks.acquire();
    try {
      if (!lease.blocks.some((block) => block.id === id && block.state === 'sealed')) {
        return false;
      }
      await readWhole((sql) => blocks.query(sql), `s${id}`);
    } catch (error) {
      if (mayBeDamage(error) && !isFatal(error) && (await blocks.takeOut(id))) {
        this.taken.push(id);
        this.log('error', 'a block is damaged and is set aside in broken/', {
          block: id,
          file: `block-${id}.duckdb`,
          error: messageOf(error),
        });
        return true;
      }
    } finally {
      lease.release();
    }
    return false;
  }
}

/** Adds to an answer that has room for it why it is not whole. */
function withNote<T>(answer: T, taken: readonly string[]): T {
  if (taken.length === 0 || typeof answer !== 'object' || answer === null) {
    return answer;
  }
  const earlier = 'partial' in answer && typeof answer.partial === 'string' ? `${answer.partial}; ` : '';
  const blocks = taken.map((id) => `block ${id} is damaged and was set aside`).join('; ');
  return { ...answer, partial: `${earlier}${blocks}` };
}
