// SPDX-License-Identifier: Apache-2.0
//
// For compare(): the roots of the traces of spans. Sealed blocks have them in a table of traces, open ones in their spans;
// a trace whose root is in another block is looked up.

import type { BlockRef, SqlResult } from '../blocks/reader.ts';
import { traceIds } from '../execute/ids.ts';
import { loadSummaries } from '../execute/summaries.ts';
import { sideOfCode, type ComparePart, type Comparing } from './compare-part.ts';
import { bucketSql } from './time-sql.ts';

/** Adds root names and services of the spans of a block. */
export async function countRoots(comparing: Comparing, part: ComparePart): Promise<void> {
  await countKnown(comparing, part);
  await countOthers(comparing, part);
}

async function countKnown(comparing: Comparing, { block, where, side }: ComparePart): Promise<void> {
  const { context, window } = comparing;
  const { catalog } = block;
  const [trace, roots, service] =
    block.state === 'sealed'
      ? [
          'trace_index',
          `SELECT trace_index, root_name, root_service FROM ${catalog}.traces WHERE root_name IS NOT NULL`,
          'root_service',
        ]
      : [
          'trace_hi, trace_lo',
          `SELECT trace_hi, trace_lo, arg_min(name, (start_ns, span_id)) AS root_name, arg_min(resource_id, (start_ns, span_id)) AS root_resource
          FROM ${catalog}.spans WHERE parent_id = 0 GROUP BY 1, 2`,
          'root_resource',
        ];
  const result = await context.query(
    block,
    `SELECT s, b, coalesce(root_name, '') AS root_name, ${service} AS service, sum(n)::UINTEGER AS n FROM (
      SELECT ${side} AS s, ${bucketSql(window)} AS b, ${trace}, count(*)::UINTEGER AS n FROM ${catalog}.spans WHERE ${where} GROUP BY ALL
    ) JOIN (${roots}) USING (${trace}) GROUP BY 1, 2, 3, 4`
  );
  const sides = result.integers('s');
  const buckets = result.integers('b');
  const names = result.texts('root_name');
  const serviceOf = serviceReader(block, result);
  const counts = result.integers('n');
  for (let row = 0; row < result.rowCount; row++) {
    add(comparing, sides[row], buckets[row], names[row], serviceOf(row), counts[row]);
  }
}

/** Open blocks give the root's resource in place of its service. */
function serviceReader({ resources, state }: BlockRef, result: SqlResult): (row: number) => string | null | undefined {
  if (state === 'sealed') {
    const names = result.texts('service');
    return (row) => names[row];
  }
  const ids = result.integers('service');
  return (row) => resources[ids[row] ?? 0]?.service;
}

async function countOthers(comparing: Comparing, { block, where, side }: ComparePart): Promise<void> {
  const { context, window } = comparing;
  const result = await context.query(
    block,
    `SELECT ${side} AS s, ${bucketSql(window)} AS b, trace_hi, trace_lo, count(*)::UINTEGER AS n FROM ${block.catalog}.spans
    WHERE ${where} AND ${rootlessSql(block)} GROUP BY 1, 2, 3, 4`
  );
  const sides = result.integers('s');
  const buckets = result.integers('b');
  const high = result.bigints('trace_hi');
  const low = result.bigints('trace_lo');
  const counts = result.integers('n');
  const summaries = await loadSummaries(context.reader, context.blocks, traceIds(high, low), context.sqlOptions());
  for (let row = 0; row < result.rowCount; row++) {
    const summary = summaries.get(high[row] ?? 0n, low[row] ?? 0n);
    add(comparing, sides[row], buckets[row], summary?.rootName, summary?.rootService, counts[row]);
  }
}

function rootlessSql({ catalog, state }: BlockRef): string {
  return state === 'open'
    ? `(trace_hi, trace_lo) NOT IN (SELECT (trace_hi, trace_lo) FROM ${catalog}.spans WHERE parent_id = 0)`
    : `trace_index IN (SELECT trace_index FROM ${catalog}.traces WHERE root_name IS NULL)`;
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
