// SPDX-License-Identifier: Apache-2.0
//
// A span's shape as text, the way the table `shapes` holds it, and back. See docs/formats/block.md.

import type { Shape, ShapeAttribute, ShapeAttributeType } from '../blocks/reader.ts';

/** Shapes in a block beyond which a span gets the overflow shape. */
export const MAX_SHAPES = 50_000;

/** The shape with id 0. Its attribute list says nothing: a span of it must be decoded. */
export const overflowShape: Shape = {
  id: 0,
  attributes: [],
  events: [],
  eventKeys: [],
  linkKeys: [],
  links: false,
  other: true,
};

const types: readonly ShapeAttributeType[] = [
  'string',
  'int',
  'double',
  'bool',
  'bytes',
  'array',
  'kvlist',
  'empty',
  'odd',
];

/** The text of a shape; what is empty or false is left out. */
export function formatShape(shape: Shape): string {
  const { attributes, events, eventKeys, linkKeys, links, other } = shape;
  return JSON.stringify({
    attributes: attributes.map(({ key, type, column }) => (column === undefined ? [key, type] : [key, type, column])),
    ...(events.length > 0 && { events }),
    ...(eventKeys.length > 0 && { eventKeys }),
    ...(linkKeys.length > 0 && { linkKeys }),
    ...(links && { links }),
    ...(other && { other }),
  });
}

/** Reads what {@link formatShape} wrote; throws a plain Error that says what is wrong. */
export function parseShape(id: number, text: string): Shape {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null) {
    throw new Error(`shape ${id}: expected an object, found ${text}`);
  }
  const fields = new Map<string, unknown>(Object.entries(parsed));
  return {
    id,
    attributes: list(fields.get('attributes')).map((entry) => toAttribute(id, entry)),
    events: list(fields.get('events')).map(String),
    eventKeys: list(fields.get('eventKeys')).map(String),
    linkKeys: list(fields.get('linkKeys')).map(String),
    links: fields.get('links') === true,
    other: fields.get('other') === true,
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function toAttribute(id: number, entry: unknown): ShapeAttribute {
  const [key, typeName, column] = list(entry);
  const type = types.find((known) => known === typeName);
  if (typeof key !== 'string' || type === undefined) {
    throw new Error(`shape ${id}: expected [key, type, column?], found ${JSON.stringify(entry)}`);
  }
  return typeof column === 'string' ? { key, type, column } : { key, type };
}
