// SPDX-License-Identifier: Apache-2.0
//
// One sealed block, read back whole and held against itself: every column of every table (DuckDB compares its
// checksums as it reads), the tables that are made from the spans against the spans, and the dictionaries against
// who refers to them. Each finding is one sentence. Reading goes on after a finding as far as it can.

import { messageOf } from '../blocks/database.ts';
import type { TraceFilter } from '../blocks/bloom.ts';
import type { BlockRef, SqlOptions, SqlResult, SqlValue } from '../blocks/reader.ts';
import { graphTotalsSql } from '../graph/fold.ts';
import { LAST_SQL } from '../plan/sql-text.ts';
import { STEPPED_PARENT } from '../schema/tables.ts';
import { verifyRemainders } from './verify-remainders.ts';

/** A block to look at, and how. */
export interface BlockCheck {
  readonly block: BlockRef;
  readonly query: (sql: string, params?: readonly SqlValue[], options?: SqlOptions) => Promise<SqlResult>;
  readonly signal: AbortSignal;
  /** Called for everything that is wrong. */
  readonly damage: (finding: string) => void;
  /** Called with the number of spans whose remainder was read. */
  readonly progress: (spans: number) => void;
}

/** A statement that counts what is wrong, and the words for it; `#` is the count. */
interface Count {
  readonly sql: string;
  readonly finding: string;
}

function layoutCounts({ catalog, hasParentSteps }: BlockRef): Count[] {
  return [
    {
      // Without an order, rows come as they lie.
      sql: `SELECT count(*) FROM (SELECT trace_index, start_ns, lag(trace_index) OVER () AS index_before, lag(start_ns) OVER () AS start_before
        FROM ${catalog}.spans) WHERE index_before > trace_index OR (index_before = trace_index AND start_before > start_ns)`,
      finding: '# spans are not in order of trace and start',
    },
    {
      sql: `SELECT count(*) FROM (SELECT start_ns, trace_hi, trace_lo, trace_index, rowid AS place,
          lag(start_ns) OVER () AS s, lag(trace_hi) OVER () AS h, lag(trace_lo) OVER () AS l FROM ${catalog}.traces)
        WHERE (s IS NOT NULL AND (s, h, l) >= (start_ns, trace_hi, trace_lo)) OR trace_index <> place`,
      finding: '# traces are not in order of start and id',
    },
    {
      sql: `SELECT count(*) FROM (
          SELECT trace_index, min(trace_hi) AS hi, max(trace_hi) AS hi_most, min(trace_lo) AS lo, max(trace_lo) AS lo_most,
            min(start_ns) AS start_ns, max(${LAST_SQL}) AS end_ns, count(*) AS spans,
            count(*) FILTER (WHERE status = 2) AS errors, min(rowid) AS first_row, max(rowid) AS last_row
          FROM ${catalog}.spans GROUP BY trace_index
        ) s FULL JOIN ${catalog}.traces t ON s.trace_index = t.trace_index
        WHERE s.hi IS DISTINCT FROM t.trace_hi OR s.hi_most IS DISTINCT FROM t.trace_hi OR s.lo IS DISTINCT FROM t.trace_lo
          OR s.lo_most IS DISTINCT FROM t.trace_lo OR s.start_ns IS DISTINCT FROM t.start_ns OR s.end_ns IS DISTINCT FROM t.end_ns
          OR s.spans IS DISTINCT FROM t.span_count OR s.errors IS DISTINCT FROM t.error_count
          OR s.first_row IS DISTINCT FROM t.first_row OR s.last_row - s.first_row + 1 <> s.spans`,
      finding: '# traces are not what their spans say',
    },
    ...(hasParentSteps
      ? [
          {
            sql: `SELECT count(*) FROM ${catalog}.spans s LEFT JOIN ${catalog}.spans p ON p.rowid = s.rowid + s.parent_step
              WHERE s.parent_step <> 0 AND (p.trace_index IS DISTINCT FROM s.trace_index OR s.parent_id <> ${STEPPED_PARENT})`,
            finding: '# spans are led to a parent that is not in their trace',
          },
        ]
      : []),
    {
      sql: `SELECT count(*) FROM (
          SELECT trace_index, service, count(*) AS spans, count(*) FILTER (WHERE status = 2) AS errors
          FROM ${catalog}.spans JOIN ${catalog}.resources USING (resource_id) GROUP BY ALL
        ) s FULL JOIN ${catalog}.trace_services t ON s.trace_index = t.trace_index AND s.service = t.service
        WHERE s.spans IS DISTINCT FROM t.span_count OR s.errors IS DISTINCT FROM t.error_count`,
      finding: '# rows of trace_services are not what the spans say',
    },
  ];
}

function dictionaryCounts(catalog: string): Count[] {
  return (['resource', 'scope', 'shape'] as const).flatMap((name) => {
    const id = `${name}_id`;
    // Shape 0 is the overflow and needs no row.
    const isNamed = name === 'shape' ? `AND ${id} <> 0` : '';
    return [
      {
        sql: `SELECT count(*) FROM ${catalog}.spans WHERE ${id} NOT IN (SELECT ${id} FROM ${catalog}.${name}s) ${isNamed}`,
        finding: `# spans refer to a ${name} that is not in the block`,
      },
      {
        sql: `SELECT count(*) - count(DISTINCT ${id}) FROM ${catalog}.${name}s`,
        finding: `# rows of ${name}s have an id that another has`,
      },
    ];
  });
}

/** What the graph adds up to, if the block has it: a span that is folded twice or lost shows here. */
function graphCounts(block: BlockRef): Count[] {
  const { catalog } = block;
  return block.hasGraphTotals
    ? [
        {
          sql: `SELECT count(*) FROM (
            (SELECT * FROM (${graphTotalsSql(catalog, 'UINTEGER')}) EXCEPT ALL SELECT * FROM ${catalog}.graph_totals)
            UNION ALL
            (SELECT * FROM ${catalog}.graph_totals EXCEPT ALL SELECT * FROM (${graphTotalsSql(catalog, 'UINTEGER')})))`,
          finding: '# rows of graph_totals are not what the graph adds up to',
        },
      ]
    : [];
}

/** Reads a sealed block whole. Rejects only with StoreError 'cancelled' and the like; damage is told. */
export async function verifySealedBlock(check: BlockCheck, filter: TraceFilter | undefined): Promise<void> {
  const { block, damage } = check;
  const isWhole = await readEveryColumn(check);
  if (!isWhole) {
    return;
  }
  const { catalog } = block;
  for (const count of [...layoutCounts(block), ...dictionaryCounts(catalog), ...graphCounts(block)]) {
    await countWrong(check, count);
  }
  if (filter !== undefined) {
    await attempt(check, 'the filter of trace ids', async () => {
      const missing = await missingInFilter(check, filter);
      if (missing > 0) {
        damage(`${missing} traces are missing in the filter of trace ids`);
      }
    });
  }
  await attempt(check, 'the remainders of spans', () => verifyRemainders(check));
}

/** Runs one part of the check; a statement that fails is a finding. */
async function attempt(check: BlockCheck, what: string, run: () => Promise<void>): Promise<boolean> {
  check.signal.throwIfAborted();
  try {
    await run();
    return true;
  } catch (error) {
    check.signal.throwIfAborted();
    check.damage(`${what}: ${messageOf(error)}`);
    return false;
  }
}

function countWrong(check: BlockCheck, { sql, finding }: Count): Promise<boolean> {
  return attempt(check, finding.replace('# ', ''), async () => {
    const wrong = (await check.query(sql, [], { signal: check.signal })).numbers(0)[0] ?? 0;
    if (wrong > 0) {
      check.damage(finding.replace('#', String(wrong)));
    }
  });
}

/** A sum over all columns of each table makes DuckDB read, and compare with its checksum, every page of it. */
async function readEveryColumn(check: BlockCheck): Promise<boolean> {
  const { block, query, signal } = check;
  const { catalog } = block;
  let isWhole = true;
  const tables = new Map<string, string[]>();
  const listed = await attempt(check, 'the list of tables', async () => {
    const found = await query(
      'SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = ? ORDER BY table_name, column_index',
      [catalog],
      { signal }
    );
    const columns = found.texts('column_name');
    found.texts('table_name').forEach((table, i) => {
      tables.set(table ?? '', [...(tables.get(table ?? '') ?? []), `"${columns[i] ?? ''}"`]);
    });
  });
  for (const [table, columns] of tables) {
    const isRead = await attempt(check, `table ${table} cannot be read`, async () => {
      await query(`SELECT count(*), bit_xor(hash(${columns.join(', ')})) FROM ${catalog}.${table}`, [], { signal });
    });
    isWhole &&= isRead;
  }
  return listed && isWhole;
}

async function missingInFilter({ block, query, signal }: BlockCheck, filter: TraceFilter): Promise<number> {
  const ids = await query(`SELECT trace_hi, trace_lo FROM ${block.catalog}.traces`, [], { signal });
  const lo = ids.bigints('trace_lo');
  let missing = 0;
  ids.bigints('trace_hi').forEach((hi, row) => {
    missing += filter.mayContain(hi, lo[row] ?? 0n) ? 0 : 1;
  });
  return missing;
}
