// SPDX-License-Identifier: Apache-2.0
//
// A column compared with a literal in DuckDB gives what the evaluator gives, at the edges of int64 and double too.

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { compileFilter, type ComparisonOperator, type FieldExpression, type Static } from '@tracewell/traceql';
import fc from 'fast-check';
import { tmpdir } from 'node:os';
import { Database } from '../blocks/database.ts';
import { QueryPool } from '../blocks/query-pool.ts';
import { compareColumn } from './comparison.ts';
import { sqlDouble, sqlInteger, sqlText } from './sql-text.ts';

let database: Database;
let pool: QueryPool;

beforeAll(async () => {
  database = await Database.open({ memoryLimitBytes: 100_000_000, threads: 1, tempDirectory: tmpdir() });
  pool = await QueryPool.open(database, 1);
});

afterAll(async () => {
  await pool.close();
  database.close();
});

const range = { start: 0, end: 0 };
const order = fc.constantFrom<ComparisonOperator>('=', '!=', '<', '<=', '>', '>=');
const edges = [
  0n,
  1n,
  -1n,
  1n << 53n,
  (1n << 53n) + 1n,
  -(1n << 53n) - 1n,
  (1n << 63n) - 1n,
  -(1n << 63n),
  (1n << 62n) + 1n,
];
const int = fc.oneof(fc.constantFrom(...edges), fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }));
const double = fc.oneof(
  fc.double(),
  fc.constantFrom(...edges.map(Number), 0.5, -0.5, Number.NaN, Number.POSITIVE_INFINITY, -0)
);

async function holds(
  column: string,
  type: 'int' | 'double' | 'string',
  operator: ComparisonOperator,
  literal: Static
): Promise<boolean> {
  const sql = compareColumn('v', type, operator, literal) ?? 'NULL';
  const result = await pool.query(`SELECT (${sql}) IS TRUE FROM (SELECT ${column} AS v)`);
  return result.integers(0)[0] === 1;
}

function evaluated(value: unknown, operator: ComparisonOperator, literal: Static): boolean {
  const left: FieldExpression = { kind: 'attribute', scope: 'span', parent: false, name: 'v', range };
  const expression: FieldExpression = { kind: 'binary', operator, left, right: literal, range };
  return compileFilter(
    { kind: 'spansetFilter', expression, range },
    ''
  )({ attribute: () => value, intrinsic: () => undefined, events: [], links: [] });
}

describe('compareColumn', () => {
  test('numbers of both types against literals of both', async () => {
    await fc.assert(
      fc.asyncProperty(int, double, int, double, order, async (storedInt, storedDouble, ofInt, ofDouble, operator) => {
        const literals: Static[] = [
          { kind: 'int', value: ofInt, range },
          { kind: 'float', value: ofDouble, range },
          {
            kind: 'duration',
            value: BigInt(
              Number.isFinite(storedDouble) && Math.abs(storedDouble) < 2 ** 62 ? Math.trunc(storedDouble) : 0
            ),
            range,
          },
        ];
        for (const literal of literals) {
          expect([
            operator,
            literal,
            storedInt,
            await holds(sqlInteger(storedInt, 'BIGINT'), 'int', operator, literal),
          ]).toEqual([operator, literal, storedInt, evaluated(storedInt, operator, literal)]);
          expect([
            operator,
            literal,
            storedDouble,
            await holds(sqlDouble(storedDouble), 'double', operator, literal),
          ]).toEqual([operator, literal, storedDouble, evaluated(storedDouble, operator, literal)]);
        }
      }),
      { numRuns: 150 }
    );
  });

  test('texts by bytes, and by pattern', async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a', 'ab', 'a\nb', '\u{1f600}', '\uffff', ''));
    const pattern = fc.constantFrom(
      'a.*',
      '.',
      'A',
      '(?i)A',
      'a.b',
      '[^x]*',
      '\\w+',
      '(a|b)+',
      '\\d',
      '^a$',
      'a$',
      '\\pL+',
      ''
    );
    await fc.assert(
      fc.asyncProperty(text, text, order, pattern, async (stored, literalText, operator, source) => {
        const literal: Static = { kind: 'string', value: literalText, range };
        expect(await holds(sqlText(stored), 'string', operator, literal)).toBe(evaluated(stored, operator, literal));
        const regex: Static = { kind: 'string', value: source, range };
        for (const matching of ['=~', '!~'] as const) {
          expect([stored, source, await holds(sqlText(stored), 'string', matching, regex)]).toEqual([
            stored,
            source,
            evaluated(stored, matching, regex),
          ]);
        }
      }),
      { numRuns: 150 }
    );
  });
});
