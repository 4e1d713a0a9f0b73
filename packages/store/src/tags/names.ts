// SPDX-License-Identifier: Apache-2.0
//
// Names of attributes by scope, most frequent first. The shapes of spans and the dictionaries of
// resources and scopes have them all; spans of the overflow shape count with the columns of their block only.

import type { QueryOptions, TagNamesRequest, TagNamesResult, TagScope } from '../api.ts';
import { OVERFLOW_SHAPE_ID, type BlockReader, type BlockRef } from '../blocks/reader.ts';
import { withContext } from '../execute/query-context.ts';
import { offeredIntrinsics } from './intrinsics.ts';
import { planLenient, tagBlocks, tagWhere, usageOf, type Usage } from './usage.ts';

type Counts = Map<string, number>;

const attributeScopes = ['resource', 'span', 'event', 'link', 'instrumentation'] as const;

/** See `Store.tagNames`. A filter never takes `service.name` away: builders begin with it. */
export async function executeTagNames(
  reader: BlockReader,
  request: TagNamesRequest,
  options: QueryOptions = {}
): Promise<TagNamesResult> {
  const wanted = (scope: TagScope): boolean => request.scope === undefined || request.scope === scope;
  const counts = new Map(attributeScopes.map((scope) => [scope, new Map<string, number>()]));
  const plan = planLenient(request.query);
  await withContext(reader, options, async (context) => {
    for (const block of attributeScopes.some(wanted) ? tagBlocks(context, request) : []) {
      const where = await tagWhere(context, block, plan);
      if (where !== 'FALSE') {
        countNames(block, await usageOf(context, block, where), counts);
      }
    }
  });
  if (plan !== undefined) {
    add(counts.get('resource'), 'service.name', 1);
  }
  const scopes: { name: TagScope; tags: string[] }[] = attributeScopes
    .filter(wanted)
    .map((name) => ({ name, tags: mostFrequent(counts.get(name) ?? new Map<string, number>(), request.limit) }))
    .filter(({ tags }) => tags.length > 0);
  if (wanted('intrinsic')) {
    scopes.push({ name: 'intrinsic', tags: offeredIntrinsics.slice(0, request.limit) });
  }
  return { scopes };
}

function add(counts: Counts | undefined, name: string, amount: number): void {
  counts?.set(name, (counts.get(name) ?? 0) + amount);
}

function mostFrequent(counts: Counts, limit: number): string[] {
  return [...counts]
    .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    .slice(0, limit)
    .map(([name]) => name);
}

function countNames(
  block: BlockRef,
  { shapes, resources, scopes }: Usage,
  counts: ReadonlyMap<(typeof attributeScopes)[number], Counts>
): void {
  for (const [id, spans] of shapes) {
    const shape = block.shapes[id];
    if (id === OVERFLOW_SHAPE_ID) {
      block.attributeColumns.forEach(({ key }) => add(counts.get('span'), key, 1));
    } else if (shape !== undefined) {
      new Set(shape.attributes.map(({ key }) => key)).forEach((key) => add(counts.get('span'), key, spans));
      shape.eventKeys.forEach((key) => add(counts.get('event'), key, spans));
      shape.linkKeys.forEach((key) => add(counts.get('link'), key, spans));
    }
  }
  for (const [id, spans] of resources) {
    block.resources[id]?.resource.attributes.forEach(({ key }) => add(counts.get('resource'), key, spans));
  }
  for (const [id, spans] of scopes) {
    block.scopes[id]?.scope.attributes.forEach(({ key }) => add(counts.get('instrumentation'), key, spans));
  }
}
