// SPDX-License-Identifier: Apache-2.0
//
// An open block, read through the store while it may be written: every row can be read and decoded, and refers to
// dictionaries that are there. What comes meanwhile is not looked at.

import { messageOf } from '../blocks/database.ts';
import type { BlockCheck } from './verify-block.ts';
import { verifyRemainders } from './verify-remainders.ts';

/** Rejects with StoreError 'cancelled'; damage is told. */
export async function verifyOpenBlock(check: BlockCheck): Promise<void> {
  const { block, query, signal, damage } = check;
  const { catalog } = block;
  try {
    for (const name of ['resource', 'scope', 'shape'] as const) {
      const id = `${name}_id`;
      const missing = await query(
        `SELECT count(*) FROM ${catalog}.spans WHERE ${id} NOT IN (SELECT ${id} FROM ${catalog}.${name}s)${name === 'shape' ? ` AND ${id} <> 0` : ''}`,
        [],
        { signal }
      );
      const count = missing.numbers(0)[0] ?? 0;
      if (count > 0) {
        damage(`${count} spans refer to a ${name} that is not in the block`);
      }
    }
    await verifyRemainders(check);
  } catch (error) {
    signal.throwIfAborted();
    damage(`cannot be read: ${messageOf(error)}`);
  }
}
