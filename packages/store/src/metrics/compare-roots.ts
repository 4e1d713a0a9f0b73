// SPDX-License-Identifier: Apache-2.0
//
// For compare(): the roots of the traces of spans. Sealed blocks have them in a table of traces; a trace whose root is in
// another block, and those of open blocks, are looked up.

import type { BlockRef } from '../blocks/reader.ts';
import type { TraceIdHalves } from '../execute/ids.ts';
import { loadSummaries, TraceMap } from '../execute/summaries.ts';
import { sideOfCode, type ComparePart, type Comparing } from './compare-part.ts';
import { bucketSql } from './time-sql.ts';

/** Adds root names and services of the spans of a block. */
export async function countRoots(comparing: Comparing, part: ComparePart): Promise<void> {
  if (part.block.state === 'sealed') {
    await countKnown(comparing, part);
  }
  await countOthers(comparing, part);
}

async function countKnown(comparing: Comparing, { block, where, side }: ComparePart): Promise<void> {
  const { context, window } = comparing;
  const result = await context.query(
    block,
    `SELECT s, b, root_name, root_service, sum(n)::UINTEGER AS n FROM (
      SELECT ${side} AS s, ${bucketSql(window)} AS b, trace_index, count(*)::UINTEGER AS n FROM ${block.catalog}.spans WHERE ${where} GROUP BY 1, 2, 3
    ) JOIN ${block.catalog}.traces USING (trace_index) WHERE root_name IS NOT NULL GROUP BY 1, 2, 3, 4`
  );
  const sides = result.integers('s');
  const buckets = result.integers('b');
  const names = result.texts('root_name');
  const services = result.texts('root_service');
  const counts = result.integers('n');
  for (let row = 0; row < result.rowCount; row++) {
    add(comparing, sides[row], buckets[row], names[row], services[row], counts[row]);
  }
}

async function countOthers(comparing: Comparing, { block, where, side }: ComparePart): Promise<void> {
  const { context, window } = comparing;
  const result = await context.query(
    block,
    `SELECT ${side} AS s, ${bucketSql(window)} AS b, trace_hi, trace_lo, count(*)::UINTEGER AS n FROM ${block.catalog}.spans
    WHERE ${where}${rootlessSql(block)} GROUP BY 1, 2, 3, 4`
  );
  const sides = result.integers('s');
  const buckets = result.integers('b');
  const high = result.bigints('trace_hi');
  const low = result.bigints('trace_lo');
  const counts = result.integers('n');
  const ids = new TraceMap<TraceIdHalves>();
  for (let row = 0; row < result.rowCount; row++) {
    const hi = high[row] ?? 0n;
    const lo = low[row] ?? 0n;
    if (ids.get(hi, lo) === undefined) {
      ids.add({ hi, lo });
    }
  }
  const summaries = await loadSummaries(context.reader, context.blocks, [...ids.values()], context.sqlOptions());
  for (let row = 0; row < result.rowCount; row++) {
    const summary = summaries.get(high[row] ?? 0n, low[row] ?? 0n);
    add(comparing, sides[row], buckets[row], summary?.rootName, summary?.rootService, counts[row]);
  }
}

function rootlessSql({ catalog, state }: BlockRef): string {
  return state === 'open'
    ? ''
    : ` AND trace_index IN (SELECT trace_index FROM ${catalog}.traces WHERE root_name IS NULL)`;
}

function add(
  { comparison }: Comparing,
  code: number | undefined,
  bucket = 0,
  name: string | null | undefined,
  service: string | null | undefined,
  count = 0
): void {
  const side = sideOfCode(code);
  for (const [key, text] of [
    ['rootName', name],
    ['rootServiceName', service],
  ] as const) {
    if (text !== null && text !== undefined) {
      comparison.addTotal(side, key, bucket, count);
      comparison.addValue(side, { key, value: { kind: 'string', value: text } }, bucket, count);
    }
  }
}
