// SPDX-License-Identifier: Apache-2.0
//
// Finds the shape of a span while it is decoded: the sequence of its attributes (key, type, column or
// remainder) and what else is in its remainder, as a row of numbers that is looked up without making an
// object. One table per block, because column names are the block's.

import { WireReader, VALUE_NOT_COLUMNABLE } from '@tracewell/protocols';
import type { SpanRecord } from '@tracewell/protocols';
import { OVERFLOW_SHAPE_ID } from '../blocks/reader.ts';
import type { AttributeColumn, Shape, ShapeAttribute, ShapeAttributeType } from '../blocks/reader.ts';
import { MAX_SHAPES, overflowShape } from '../schema/shape.ts';
import { ByteTable } from './byte-table.ts';

/** Distinct attribute keys and names of events that a block tells apart; beyond, a span gets the overflow shape. */
const MAX_NAMES = 200_000;
const SEPARATOR = -1;

const FIELD_1_BYTES = (1 << 3) | 2;
const FIELD_2_BYTES = (2 << 3) | 2;
const EVENT_NAME = FIELD_2_BYTES;
const EVENT_ATTRIBUTE = (3 << 3) | 2;
const LINK_ATTRIBUTE = (4 << 3) | 2;

/** By OTLP's AnyValue field number. */
const typeNames: readonly ShapeAttributeType[] = [
  'empty',
  'string',
  'bool',
  'int',
  'double',
  'array',
  'kvlist',
  'bytes',
];
const TYPE_ODD = 8;

/** The shapes of one block. Call `begin`, `addAttribute` for each attribute, then `finish`. */
export class ShapeTable {
  /** By shape id; 0 is the overflow. */
  readonly shapes: Shape[] = [overflowShape];
  /** Spans of each shape, since the table was made. */
  readonly counts: number[] = [0];
  private readonly names = new ByteTable(MAX_NAMES);
  private readonly columns: readonly AttributeColumn[];
  /** Column of keyId * 16 + type, or -1; shorter than needed for keys without a column. */
  private readonly columnOf: Int16Array;
  private readonly reader = new WireReader(new Uint8Array(0));
  private slots = new Int32Array(4096).fill(-1);
  private readonly hashes: number[] = [0];
  private readonly sequences: Int32Array[] = [new Int32Array(0)];
  private sequence = new Int32Array(256);
  private length = 0;
  private overflow = false;
  /** Of the request that spans come from. */
  private view: DataView = new DataView(new ArrayBuffer(0));
  private lastKeyId = -1;

  constructor(columns: readonly AttributeColumn[]) {
    this.columns = columns;
    const ids = columns.map(({ key }) => this.internText(key));
    this.columnOf = new Int16Array(this.names.size * 16).fill(-1);
    columns.forEach(({ type }, index) => {
      this.columnOf[(ids[index] ?? 0) * 16 + typeNames.indexOf(type)] = index;
    });
  }

  /** Begins a span that lies in `view`. */
  begin(view: DataView): void {
    this.view = view;
    this.length = 0;
    this.overflow = false;
    this.lastKeyId = -1;
  }

  /** The id of attribute `index`'s key, for {@link columnFor} and {@link addAttribute}; -1 if there are too many. */
  keyId(record: SpanRecord, index: number): number {
    const start = record.keyStart[index] ?? 0;
    const id = this.names.internAfter(this.lastKeyId, this.view, start, record.keyEnd[index] ?? 0);
    this.lastKeyId = id;
    return id;
  }

  /** Index of the attribute column for a key and a type, or -1. */
  columnFor(keyId: number, valueType: number): number {
    const at = keyId * 16 + valueType;
    return keyId >= 0 && valueType < TYPE_ODD && at < this.columnOf.length ? (this.columnOf[at] ?? -1) : -1;
  }

  addAttribute(keyId: number, valueType: number, inColumn: boolean): void {
    const type = valueType === VALUE_NOT_COLUMNABLE ? TYPE_ODD : valueType;
    this.push(keyId < 0 ? keyId : (keyId << 5) | (type << 1) | (inColumn ? 1 : 0));
    this.overflow ||= keyId < 0;
  }

  /** The shape's id, a new one if need be; {@link OVERFLOW_SHAPE_ID} if there are too many. */
  finish(record: SpanRecord): number {
    const { eventCount, linkCount } = record;
    if (eventCount > 0 || linkCount > 0) {
      this.addDistinct(record, record.eventStart, record.eventEnd, eventCount, EVENT_NAME, 0);
      this.addDistinct(record, record.eventStart, record.eventEnd, eventCount, EVENT_ATTRIBUTE, FIELD_1_BYTES);
      this.addDistinct(record, record.linkStart, record.linkEnd, linkCount, LINK_ATTRIBUTE, FIELD_1_BYTES);
    }
    const other = record.restCount > eventCount + linkCount;
    this.push(SEPARATOR);
    this.push((linkCount > 0 ? 1 : 0) | (other ? 2 : 0));
    const id = this.overflow ? OVERFLOW_SHAPE_ID : this.lookUp();
    return id;
  }

  count(id: number): void {
    this.counts[id] = (this.counts[id] ?? 0) + 1;
  }

  /** Takes up shapes that the block had when it was opened; ids as stored. */
  restore(shapes: readonly Shape[]): void {
    for (const shape of shapes) {
      if (shape.id !== OVERFLOW_SHAPE_ID) {
        this.length = 0;
        this.encode(shape);
        const { hash, slot } = this.locate();
        this.insert(slot, hash, shape);
      }
    }
  }

  private push(value: number): void {
    if (this.length === this.sequence.length) {
      const grown = new Int32Array(this.length * 2);
      grown.set(this.sequence);
      this.sequence = grown;
    }
    this.sequence[this.length++] = value;
  }

  private addName(id: number, from: number): void {
    this.overflow ||= id < 0;
    for (let i = from; i < this.length; i++) {
      if (this.sequence[i] === id) {
        return;
      }
    }
    this.push(id);
  }

  /** Adds the distinct values of a field (or of a field in it) of each message, after a separator. */
  private addDistinct(
    record: SpanRecord,
    starts: Int32Array,
    ends: Int32Array,
    count: number,
    field: number,
    inner: number
  ): void {
    this.push(SEPARATOR);
    const from = this.length;
    const { reader } = this;
    reader.reset(record.bytes, 0);
    for (let i = 0; i < count; i++) {
      const end = ends[i] ?? 0;
      let found = false;
      reader.position = starts[i] ?? 0;
      while (reader.position < end) {
        const tag = reader.tag(end);
        if (tag !== field) {
          reader.skip(tag, end);
          continue;
        }
        const payloadEnd = reader.payloadEnd(end);
        found = true;
        if (inner === 0) {
          this.addName(this.names.intern(this.view, reader.position, payloadEnd), from);
        } else {
          this.addInner(payloadEnd, inner, from);
        }
        reader.position = payloadEnd;
      }
      if (!found && inner === 0) {
        // An event without a name still has to show that there are events.
        this.addName(this.names.intern(this.view, 0, 0), from);
      }
    }
  }

  private addInner(end: number, inner: number, from: number): void {
    const { reader } = this;
    while (reader.position < end) {
      const tag = reader.tag(end);
      if (tag === inner) {
        const payloadEnd = reader.payloadEnd(end);
        this.addName(this.names.intern(this.view, reader.position, payloadEnd), from);
        reader.position = payloadEnd;
      } else {
        reader.skip(tag, end);
      }
    }
  }

  private locate(): { readonly hash: number; readonly slot: number; readonly id: number } {
    const { sequence, length } = this;
    let hash = length;
    for (let i = 0; i < length; i++) {
      hash = Math.imul(hash ^ (sequence[i] ?? 0), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const id = this.slots[slot] ?? -1;
      if (id < 0 || (this.hashes[id] === hash && this.equals(id))) {
        return { hash, slot, id };
      }
      slot = (slot + 1) & mask;
    }
  }

  private lookUp(): number {
    const { hash, slot, id } = this.locate();
    if (id >= 0) {
      return id;
    }
    if (this.shapes.length > MAX_SHAPES) {
      return OVERFLOW_SHAPE_ID;
    }
    return this.insert(slot, hash, this.decode(this.shapes.length));
  }

  private insert(slot: number, hash: number, shape: Shape): number {
    const { id } = shape;
    this.slots[slot] = id;
    this.shapes[id] = shape;
    this.counts[id] = 0;
    this.hashes[id] = hash;
    this.sequences[id] = this.sequence.slice(0, this.length);
    if (this.shapes.length * 2 > this.slots.length) {
      this.growTable();
    }
    return id;
  }

  private equals(id: number): boolean {
    const stored = this.sequences[id];
    if (stored === undefined || stored.length !== this.length) {
      return false;
    }
    for (let i = 0; i < stored.length; i++) {
      if (stored[i] !== this.sequence[i]) {
        return false;
      }
    }
    return true;
  }

  private growTable(): void {
    this.slots = new Int32Array(this.slots.length * 2).fill(-1);
    const mask = this.slots.length - 1;
    for (let id = 1; id < this.shapes.length; id++) {
      let slot = (this.hashes[id] ?? 0) & mask;
      while ((this.slots[slot] ?? -1) >= 0) {
        slot = (slot + 1) & mask;
      }
      this.slots[slot] = id;
    }
  }

  private decode(id: number): Shape {
    const parts: number[][] = [[]];
    for (const value of this.sequence.subarray(0, this.length)) {
      if (value === SEPARATOR) {
        parts.push([]);
      } else {
        parts.at(-1)?.push(value);
      }
    }
    const flags = parts.pop()?.[0] ?? 0;
    const attributes = (parts[0] ?? []).map((value): ShapeAttribute => {
      const key = this.names.text(value >>> 5);
      const valueType = (value >>> 1) & 15;
      const type = typeNames[valueType] ?? 'odd';
      const column = this.columns[(value & 1) === 1 ? this.columnFor(value >>> 5, valueType) : -1];
      return column === undefined ? { key, type } : { key, type, column: column.column };
    });
    const texts = (part: number): string[] => (parts[part] ?? []).map((name) => this.names.text(name));
    return {
      id,
      attributes,
      events: texts(1),
      eventKeys: texts(2),
      linkKeys: texts(3),
      links: (flags & 1) !== 0,
      other: (flags & 2) !== 0,
    };
  }

  private internText(text: string): number {
    const bytes = new TextEncoder().encode(text);
    return this.names.intern(new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length);
  }

  /** The opposite of `decode`, into `sequence`. */
  private encode(shape: Shape): void {
    for (const { key, type, column } of shape.attributes) {
      const valueType = type === 'odd' ? TYPE_ODD : typeNames.indexOf(type);
      this.addAttribute(this.internText(key), valueType, column !== undefined);
    }
    if (shape.events.length > 0 || shape.eventKeys.length > 0 || shape.links) {
      for (const list of [shape.events, shape.eventKeys, shape.linkKeys]) {
        this.push(SEPARATOR);
        list.forEach((text) => this.push(this.internText(text)));
      }
    }
    this.push(SEPARATOR);
    this.push((shape.links ? 1 : 0) | (shape.other ? 2 : 0));
  }
}
