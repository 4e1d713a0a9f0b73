// SPDX-License-Identifier: Apache-2.0
//
// Writes down how a query is run: every statement with its block, its rows and its time, under the name of
// the step that it belongs to, and the plan in words. Queries that nobody wants explained do not pass here.

import type { QueryExplanation, QueryStep } from '../api.ts';
import type { BlockReader, BlockRef } from '../blocks/reader.ts';

/** Longer statements (lists of ids, bitmaps of rows) are cut in the middle. */
const MAX_SQL_CHARACTERS = 4_000;
/** A search that walks far repeats its steps; what comes after so many is only counted. */
const MAX_STEPS = 200;

/** See the head of the file. */
export class QueryRecorder {
  private readonly lines: string[] = [];
  private readonly steps: QueryStep[] = [];
  private readonly blocks: readonly BlockRef[];
  private leftOut = 0;
  private step = 'statement';

  constructor(blocks: readonly BlockRef[]) {
    this.blocks = blocks;
  }

  /** Adds lines to the plan. */
  plan(text: string): void {
    this.lines.push(text);
  }

  /** Names the step that the statements from now on belong to. */
  begin(what: string): void {
    this.step = what;
  }

  /** Notes work that is no statement. */
  add(step: QueryStep): void {
    if (this.steps.length < MAX_STEPS) {
      this.steps.push(step);
    } else {
      this.leftOut += 1;
    }
  }

  /** A reader that notes every statement. */
  reader(reader: BlockReader): BlockReader {
    return {
      acquire: () => reader.acquire(),
      query: async (sql, params, options) => {
        const what = this.step;
        const from = performance.now();
        const result = await reader.query(sql, params, options);
        const block = this.blocks.filter(({ catalog }) => sql.includes(`${catalog}.`)).map(({ id }) => id);
        this.add({
          what,
          ...(block.length > 0 && { block: block.join(', ') }),
          sql: shortened(sql.replace(/\s+/g, ' ').trim()),
          rows: result.rowCount,
          milliseconds: performance.now() - from,
        });
        return result;
      },
    };
  }

  explanation(): QueryExplanation {
    const { lines, steps, leftOut } = this;
    return {
      plan: lines.join('\n'),
      steps:
        leftOut === 0
          ? [...steps]
          : [...steps, { what: `${leftOut} more steps of this kind`, rows: 0, milliseconds: 0 }],
    };
  }
}

function shortened(sql: string): string {
  const half = MAX_SQL_CHARACTERS / 2;
  return sql.length <= MAX_SQL_CHARACTERS ? sql : `${sql.slice(0, half)} ... ${sql.slice(-half)}`;
}
