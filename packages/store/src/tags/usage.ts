// SPDX-License-Identifier: Apache-2.0
//
// How many spans of a block have each shape, resource and scope: with the dictionaries in memory that says
// which attributes exist and how often, without reading a single attribute.

import { parseLenient, printStages } from '@tracewell/traceql';
import type { TimeRange } from '../api.ts';
import type { BlockRef } from '../blocks/reader.ts';
import { matchingSpansSql } from '../execute/matched-spans.ts';
import type { QueryContext } from '../execute/query-context.ts';
import { planSearch, type SearchPlan } from '../plan/search-plan.ts';

/** Spans by id in a dictionary. */
export type Weights = ReadonlyMap<number, number>;

export interface Usage {
  readonly shapes: Weights;
  readonly resources: Weights;
  readonly scopes: Weights;
}

/** Of sealed blocks; they never change. */
const remembered = new WeakMap<BlockRef, Usage>();

/** The plan of a query that may be unfinished; undefined if it narrows nothing. */
export function planLenient(text: string | undefined): SearchPlan | undefined {
  const stages = text === undefined || text.trim() === '' ? undefined : parseLenient(text);
  const [only, ...more] = stages ?? [];
  const isAll = more.length === 0 && only?.kind === 'spansetFilter' && only.expression === undefined;
  return stages === undefined || isAll ? undefined : planSearch(printStages(stages));
}

/** Blocks that hold spans of the range: attributes are looked up by whole blocks. */
export function tagBlocks(context: QueryContext, { start, end }: TimeRange): BlockRef[] {
  return context.blocks.filter(
    (block) => (start === undefined || block.maxTime >= start) && (end === undefined || block.minTime < end)
  );
}

/** Condition on rows of `spans`: what the filter selects, or everything. */
export async function tagWhere(context: QueryContext, block: BlockRef, plan: SearchPlan | undefined): Promise<string> {
  return plan === undefined ? 'TRUE' : await matchingSpansSql(context, block, plan, 'TRUE');
}

export async function usageOf(context: QueryContext, block: BlockRef, where: string): Promise<Usage> {
  const known = where === 'TRUE' && block.state === 'sealed' ? remembered.get(block) : undefined;
  if (known !== undefined) {
    return known;
  }
  const weights = async (column: string): Promise<Weights> => {
    const result = await context.query(
      block,
      `SELECT ${column} AS id, count(*)::UINTEGER AS spans FROM ${block.catalog}.spans WHERE ${where} GROUP BY ALL`
    );
    const ids = result.integers('id');
    const spans = result.integers('spans');
    return new Map(Array.from({ length: result.rowCount }, (_, i) => [ids[i] ?? 0, spans[i] ?? 0]));
  };
  const usage = {
    shapes: await weights('shape_id'),
    resources: await weights('resource_id'),
    scopes: await weights('scope_id'),
  };
  if (where === 'TRUE' && block.state === 'sealed') {
    remembered.set(block, usage);
  }
  return usage;
}
