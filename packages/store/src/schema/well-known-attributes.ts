// SPDX-License-Identifier: Apache-2.0
//
// Which span attributes get a column: in the first block a list of well-known keys, afterwards what was
// frequent in the block before. A column that stays NULL costs little on disk but time and memory in ingest (docs/adr/0008),
// and an attribute without one is found through the remainder, slower.

import type { AttributeColumn, AttributeColumnType, Shape } from '../blocks/reader.ts';

/** Share of a block's spans that an attribute must have to get a column in the next. */
const MIN_SHARE = 0.1;
/** The same for well-known keys, which are asked for more often. */
const WELL_KNOWN_SHARE = 0.05;
const MAX_COLUMNS = 40;
/** With fewer spans than this a block says nothing about the next one. */
const MIN_SPANS = 1000;

/** Semantic conventions, current ones and the deprecated ones that SDKs still send. */
const wellKnown: readonly (readonly [string, AttributeColumnType])[] = [
  ['http.request.method', 'string'],
  ['http.response.status_code', 'int'],
  ['http.route', 'string'],
  ['url.path', 'string'],
  ['url.full', 'string'],
  ['server.address', 'string'],
  ['server.port', 'int'],
  ['error.type', 'string'],
  ['peer.service', 'string'],
  ['db.system.name', 'string'],
  ['db.system', 'string'],
  ['db.namespace', 'string'],
  ['db.operation.name', 'string'],
  ['db.collection.name', 'string'],
  ['db.query.text', 'string'],
  ['db.statement', 'string'],
  ['rpc.system', 'string'],
  ['rpc.service', 'string'],
  ['rpc.method', 'string'],
  ['messaging.system', 'string'],
  ['messaging.destination.name', 'string'],
  ['messaging.operation.type', 'string'],
  ['http.method', 'string'],
  ['http.status_code', 'int'],
  ['http.target', 'string'],
  ['http.url', 'string'],
  ['net.peer.name', 'string'],
];

const wellKnownNames: ReadonlySet<string> = new Set(wellKnown.map(([key, type]) => `${type} ${key}`));

function toColumns(keys: readonly (readonly [string, AttributeColumnType])[]): AttributeColumn[] {
  return keys.map(([key, type], index) => ({ column: `a${index}`, key, type }));
}

/** The columns of the first block. */
export function defaultAttributeColumns(): AttributeColumn[] {
  return toColumns(wellKnown);
}

function isColumnType(type: string): type is AttributeColumnType {
  return type === 'string' || type === 'int' || type === 'double' || type === 'bool';
}

/**
 * The columns of the next block: what at least one span in ten of this one had (in twenty, if it is well known), most
 * frequent first. Keeps `current` if the block has too few spans to tell.
 */
export function chooseAttributeColumns(
  shapes: readonly Shape[],
  counts: readonly number[],
  current: readonly AttributeColumn[]
): readonly AttributeColumn[] {
  const spans = counts.reduce((sum, count) => sum + count, 0);
  if (spans < MIN_SPANS) {
    return current;
  }
  const frequency = new Map<string, { key: string; type: AttributeColumnType; spans: number }>();
  for (const shape of shapes) {
    const count = counts[shape.id] ?? 0;
    const once = new Set<string>();
    for (const { key, type } of shape.attributes) {
      const name = `${type} ${key}`;
      if (!isColumnType(type) || once.has(name)) {
        continue;
      }
      once.add(name);
      const entry = frequency.get(name) ?? { key, type, spans: 0 };
      entry.spans += count;
      frequency.set(name, entry);
    }
  }
  const frequent = [...frequency.entries()].flatMap(([name, entry]) =>
    entry.spans >= spans * (wellKnownNames.has(name) ? WELL_KNOWN_SHARE : MIN_SHARE) ? [entry] : []
  );
  frequent.sort((a, b) => b.spans - a.spans || (a.key < b.key ? -1 : 1));
  return toColumns(frequent.slice(0, MAX_COLUMNS).map(({ key, type }) => [key, type] as const));
}

/** Whether two lists have the same columns, in whatever order. */
export function haveSameKeys(some: readonly AttributeColumn[], others: readonly AttributeColumn[]): boolean {
  const names = new Set(some.map(({ key, type }) => `${type} ${key}`));
  return names.size === others.length && others.every(({ key, type }) => names.has(`${type} ${key}`));
}
