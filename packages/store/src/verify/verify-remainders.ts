// SPDX-License-Identifier: Apache-2.0
//
// Spans against their shapes: the columns that a shape names are there and no others, and the remainder decodes and
// has the attributes, events and links that the shape says, in its order.

import { setImmediate } from 'node:timers/promises';
import { remainderAttributes, remainderEvents, remainderLinks } from '../execute/remainder.ts';
import { OVERFLOW_SHAPE_ID } from '../blocks/reader.ts';
import type { Shape, ShapeAttribute, ShapeAttributeType } from '../blocks/reader.ts';
import { messageOf } from '../blocks/database.ts';
import type { BlockCheck } from './verify-block.ts';

/** Rows that are read at once; whoever shares the thread gets its turn between. */
const BATCH_ROWS = 2048;

/** See the head of the file. */
export async function verifyRemainders(check: BlockCheck): Promise<void> {
  await verifyColumnUse(check);
  const { block, query, signal, damage } = check;
  const expected = new Map<number, Expected>();
  let wrong = 0;
  let example = '';
  for (let from = 0; from < block.spans; from += BATCH_ROWS) {
    signal.throwIfAborted();
    const rows = await query(
      `SELECT shape_id, rest FROM ${block.catalog}.spans WHERE rowid >= ${from} AND rowid < ${from + BATCH_ROWS}`,
      [],
      { signal }
    );
    const ids = rows.integers('shape_id');
    rows.blobs('rest').forEach((rest, row) => {
      const id = ids[row] ?? 0;
      const shape = expected.get(id) ?? expectedOf(block.shapes[id]);
      expected.set(id, shape);
      const finding = findingOf(shape, rest);
      if (finding !== '') {
        wrong += 1;
        example ||= `row ${from + row}, shape ${id}: ${finding}`;
      }
    });
    check.progress(rows.rowCount);
    await setImmediate();
  }
  if (wrong > 0) {
    damage(`${wrong} spans have a remainder that is not what their shape says; the first: ${example}`);
  }
}

/** Each column that a shape names is filled in each of its spans, and no other is. */
async function verifyColumnUse({ block, query, signal, damage }: BlockCheck): Promise<void> {
  const columns = block.attributeColumns.map(({ column }) => column);
  if (columns.length === 0) {
    return;
  }
  const counts = columns.map((column) => `count(${column}) AS ${column}`).join(', ');
  const used = await query(
    `SELECT shape_id, count(*) AS spans, ${counts} FROM ${block.catalog}.spans WHERE shape_id <> ${OVERFLOW_SHAPE_ID} GROUP BY shape_id`,
    [],
    { signal }
  );
  const ids = used.integers('shape_id');
  const spans = used.numbers('spans');
  for (const column of columns) {
    used.numbers(column).forEach((filled, row) => {
      const id = ids[row] ?? 0;
      const isNamed = block.shapes[id]?.attributes.some((attribute) => attribute.column === column) === true;
      const should = isNamed ? (spans[row] ?? 0) : 0;
      if (filled !== should) {
        damage(`shape ${id}: column ${column} should be filled in ${should} spans, found ${filled}`);
      }
    });
  }
}

interface Expected {
  readonly isOverflow: boolean;
  readonly inRest: readonly ShapeAttribute[];
  readonly events: ReadonlySet<string>;
  readonly links: boolean;
  readonly isEmpty: boolean;
}

function expectedOf(shape: Shape | undefined): Expected {
  const inRest = shape?.attributes.filter(({ column }) => column === undefined) ?? [];
  const { events = [], links = false, other = false, id = OVERFLOW_SHAPE_ID } = shape ?? {};
  return {
    isOverflow: id === OVERFLOW_SHAPE_ID,
    inRest,
    events: new Set(events),
    links,
    isEmpty: inRest.length === 0 && events.length === 0 && !links && !other,
  };
}

/** What is wrong with a remainder, '' if nothing is. */
function findingOf(expected: Expected, rest: Uint8Array | null): string {
  const { isOverflow, inRest, events, links, isEmpty } = expected;
  if (rest === null) {
    return isOverflow || isEmpty ? '' : 'expected a remainder, found none';
  }
  try {
    const attributes = remainderAttributes(rest);
    const foundEvents = remainderEvents(rest);
    const foundLinks = remainderLinks(rest);
    if (isOverflow) {
      return '';
    }
    if (attributes.length !== inRest.length) {
      return `expected ${inRest.length} attributes, found ${attributes.length}`;
    }
    const odd = inRest.findIndex(
      ({ key, type }, i) => type !== 'odd' && (attributes[i]?.key !== key || !isOfType(attributes[i]?.value, type))
    );
    if (odd >= 0) {
      const { key, type } = inRest[odd] ?? { key: '', type: 'odd' };
      return `expected the attribute ${JSON.stringify(key)} (${type}), found ${JSON.stringify(attributes[odd]?.key)}`;
    }
    const strange = foundEvents.find(({ name }) => !events.has(name));
    if (strange !== undefined || foundEvents.length > 0 !== events.size > 0) {
      return `expected events ${JSON.stringify([...events])}, found ${JSON.stringify(foundEvents.map(({ name }) => name))}`;
    }
    return foundLinks.length > 0 === links
      ? ''
      : `expected ${links ? 'links' : 'no links'}, found ${foundLinks.length}`;
  } catch (error) {
    return messageOf(error);
  }
}

function isOfType(value: unknown, type: ShapeAttributeType): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'int':
      return typeof value === 'bigint';
    case 'double':
      return typeof value === 'number';
    case 'bool':
      return typeof value === 'boolean';
    case 'bytes':
      return value instanceof Uint8Array;
    case 'array':
      return Array.isArray(value);
    case 'kvlist':
      return typeof value === 'object' && value !== null && 'entries' in value && !Array.isArray(value);
    case 'empty':
      return value === null;
    case 'odd':
      return true;
  }
}
