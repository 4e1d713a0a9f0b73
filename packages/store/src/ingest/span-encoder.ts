// SPDX-License-Identifier: Apache-2.0
//
// From the decoder's record of offsets to a row in the column buffers: which attributes go into columns,
// what the remainder keeps, which resource, scope and shape the row refers to, and whether the span was
// stored before. One encoder per block: dictionaries and columns are the block's.

import { VALUE_BOOL, VALUE_DOUBLE, VALUE_INT, VALUE_STRING, decodeExportRequest } from '@tracewell/protocols';
import type { DecodeLimits, DecodeOutcome, ExportSink, SpanRecord } from '@tracewell/protocols';
import type { FixedColumn } from './column-buffers.ts';
import { SlotColumn } from './column-buffers.ts';
import { ContentHash } from './content-hash.ts';
import type { HashSet } from './hash-set.ts';
import type { ShapeTable } from './shape-table.ts';
import type { SpanBuffers } from './span-buffers.ts';

const KIND_TAG = (6 << 3) | 0;
const STATUS_TAG = (15 << 3) | 2;
const STATUS_CODE_TAG = (3 << 3) | 0;
/** What a field of an enum outside 0 to 255 takes in the remainder. */
const ENUM_BYTES = 11;
const BULK_COPY_BYTES = 48;

/** Gives ids to resources and scopes: to the bytes of the message together with its schema URL. */
export interface EnvelopeDictionary {
  resourceId(bytes: Uint8Array, start: number, end: number, urlStart: number, urlEnd: number): number;
  scopeId(bytes: Uint8Array, start: number, end: number, urlStart: number, urlEnd: number): number;
}

/** Span hashes by which duplicates are known: those of this block, and those of blocks before. */
export interface SeenSpans {
  readonly current: HashSet;
  readonly earlier: readonly HashSet[];
}

/** Encodes requests into {@link SpanBuffers}. */
export class SpanEncoder implements ExportSink {
  /** Rows go here; the owner exchanges it between requests. */
  buffers: SpanBuffers;
  /** Duplicates in the request that was encoded last. */
  duplicates = 0;
  /** Sum of the hashes of all its spans, duplicates included, as two halves. */
  sumLo = 0;
  sumHi = 0;
  private readonly dictionary: EnvelopeDictionary;
  private readonly shapes: ShapeTable;
  private readonly seen: SeenSpans;
  private readonly hash = new ContentHash();
  private request = new Uint8Array(0);
  private view = new DataView(new ArrayBuffer(0));
  private resource = 0;
  private scope = 0;
  private resourceLo = 0;
  private resourceHi = 0;
  private seedLo = 0;
  private seedHi = 0;
  private firstRow = 0;

  constructor(buffers: SpanBuffers, dictionary: EnvelopeDictionary, shapes: ShapeTable, seen: SeenSpans) {
    this.buffers = buffers;
    this.dictionary = dictionary;
    this.shapes = shapes;
    this.seen = seen;
  }

  /**
   * Adds the spans of one request to the buffers, all or none: what the decoder throws leaves them as they were.
   * `bytes` must not change until the buffers are appended.
   */
  encode(bytes: Uint8Array<ArrayBuffer>, limits: DecodeLimits): DecodeOutcome {
    this.request = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.duplicates = 0;
    this.sumLo = 0;
    this.sumHi = 0;
    this.firstRow = this.buffers.rows;
    this.buffers.beginRequest(bytes);
    try {
      return decodeExportRequest(bytes, this, limits);
    } catch (error) {
      this.takeBack();
      throw error;
    }
  }

  /** Takes the spans of the request that was encoded last out of the buffers again. */
  takeBack(): void {
    this.forget(this.firstRow);
    this.buffers.dropRequest();
  }

  beginResource(bytes: Uint8Array, start: number, end: number, urlStart: number, urlEnd: number): void {
    this.resource = this.dictionary.resourceId(bytes, start, end, urlStart, urlEnd);
    this.hashEnvelope(bytes, start, end, urlStart, urlEnd, 1, 2);
    this.resourceLo = this.hash.lo;
    this.resourceHi = this.hash.hi;
  }

  beginScope(bytes: Uint8Array, start: number, end: number, urlStart: number, urlEnd: number): void {
    this.scope = this.dictionary.scopeId(bytes, start, end, urlStart, urlEnd);
    this.hashEnvelope(bytes, start, end, urlStart, urlEnd, this.resourceLo, this.resourceHi);
    this.seedLo = this.hash.lo;
    this.seedHi = this.hash.hi;
  }

  span(record: SpanRecord): void {
    const { hash, seen } = this;
    hash.update(this.view, record.start, record.end, this.seedLo, this.seedHi);
    this.sumLo = (this.sumLo + hash.lo) | 0;
    this.sumHi = (this.sumHi + hash.hi) | 0;
    for (const earlier of seen.earlier) {
      if (earlier.has(hash.lo, hash.hi)) {
        this.duplicates += 1;
        return;
      }
    }
    if (!seen.current.add(hash.lo, hash.hi)) {
      this.duplicates += 1;
      return;
    }
    this.addRow(record);
  }

  /** Takes rows from `firstRow` on out of the seen spans, before the owner drops them. */
  forget(firstRow: number): void {
    const { words } = this.buffers.contentHash;
    for (let row = firstRow; row < this.buffers.rows; row++) {
      this.seen.current.delete((words[row * 2] ?? 0) | 0, (words[row * 2 + 1] ?? 0) | 0);
    }
  }

  private hashEnvelope(
    bytes: Uint8Array,
    start: number,
    end: number,
    urlStart: number,
    urlEnd: number,
    seedLo: number,
    seedHi: number
  ): void {
    const { hash } = this;
    const view = bytes === this.request ? this.view : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    hash.update(view, start, end, seedLo, seedHi);
    hash.update(view, urlStart, urlEnd, hash.lo, hash.hi);
  }

  private addRow(record: SpanRecord): void {
    const { buffers, view, shapes } = this;
    const row = buffers.beginRow();
    setBigEndian(buffers.traceHi, row, view, record.traceId);
    setBigEndian(buffers.traceLo, row, view, record.traceId + 8);
    setBigEndian(buffers.spanId, row, view, record.spanId);
    if (record.parentId < 0) {
      buffers.parentId.set64(row, 0, 0);
    } else {
      setBigEndian(buffers.parentId, row, view, record.parentId);
    }
    buffers.start.set64(row, record.startLo, record.startHi);
    buffers.end.set64(row, record.endLo, record.endHi);
    buffers.name.setFromRequest(row, view, record.nameStart, record.nameEnd);
    if (record.messageStart !== record.messageEnd) {
      buffers.statusMessage.setFromRequest(row, view, record.messageStart, record.messageEnd);
    }
    buffers.resourceId.words[row] = this.resource;
    buffers.scopeId.words[row] = this.scope;
    const restStart = buffers.arenaLength;
    shapes.begin(view);
    for (let i = 0; i < record.attributeCount; i++) {
      this.addAttribute(record, i, row);
    }
    const shape = shapes.finish(record);
    shapes.count(shape);
    buffers.shapeId.words[row] = shape;
    for (let i = 0; i < record.restCount; i++) {
      this.keep(record.restStart[i] ?? 0, record.restEnd[i] ?? 0);
    }
    this.addEnums(record, row);
    if (buffers.arenaLength !== restStart) {
      buffers.rest.setFromArena(row, buffers.arenaView, restStart, buffers.arenaLength);
    }
    buffers.contentHash.set64(row, this.hash.lo, this.hash.hi);
    buffers.endRow();
  }

  private addAttribute(record: SpanRecord, index: number, row: number): void {
    const { buffers, shapes } = this;
    const type = record.valueType[index] ?? 0;
    const keyId = shapes.keyId(record, index);
    const column = buffers.attributes[shapes.columnFor(keyId, type)];
    // A key that comes twice has the column once; the other stays in the remainder.
    const inColumn = column !== undefined && !column.isValid(row);
    if (inColumn) {
      this.setColumn(column, record, index, type, row);
    } else {
      this.keep(record.attributeStart[index] ?? 0, record.attributeEnd[index] ?? 0);
    }
    shapes.addAttribute(keyId, type, inColumn);
  }

  private setColumn(
    column: FixedColumn | SlotColumn,
    record: SpanRecord,
    index: number,
    type: number,
    row: number
  ): void {
    if (column instanceof SlotColumn) {
      if (type === VALUE_STRING) {
        column.setFromRequest(row, this.view, record.valueStart[index] ?? 0, record.valueEnd[index] ?? 0);
      }
    } else if (type === VALUE_INT) {
      column.set64(row, record.intLo[index] ?? 0, record.intHi[index] ?? 0);
    } else if (type === VALUE_DOUBLE) {
      column.doubles[row] = record.double[index] ?? 0;
      column.setValid(row);
    } else if (type === VALUE_BOOL) {
      column.bytes[row] = record.bool[index] ?? 0;
      column.setValid(row);
    }
  }

  /** Adds bytes of the request to the row's remainder. */
  private keep(start: number, end: number): void {
    const { buffers, request } = this;
    let at = buffers.reserve(end - start);
    const { arena } = buffers;
    if (end - start > BULK_COPY_BYTES) {
      arena.set(request.subarray(start, end), at);
      return;
    }
    for (let from = start; from < end; from++) {
      arena[at++] = request[from] ?? 0;
    }
  }

  /** kind and status have columns of one byte; what does not fit is a field of the remainder. */
  private addEnums(record: SpanRecord, row: number): void {
    const { kind, status } = record;
    const { buffers } = this;
    buffers.kind.bytes[row] = kind >= 0 && kind <= 255 ? kind : 0;
    buffers.status.bytes[row] = status >= 0 && status <= 255 ? status : 0;
    if (kind < 0 || kind > 255) {
      const at = buffers.reserve(ENUM_BYTES);
      buffers.arena[at] = KIND_TAG;
      writeVarint10(buffers.arena, at + 1, kind);
    }
    if (status < 0 || status > 255) {
      // A Status message is merged with what the columns say of it, so it needs the code only.
      const at = buffers.reserve(ENUM_BYTES + 2);
      buffers.arena[at] = STATUS_TAG;
      buffers.arena[at + 1] = ENUM_BYTES;
      buffers.arena[at + 2] = STATUS_CODE_TAG;
      writeVarint10(buffers.arena, at + 3, status);
    }
  }
}

/** A 32-bit signed number as a varint of exactly ten bytes, sign-extended as protobuf wants it. */
function writeVarint10(target: Uint8Array, at: number, value: number): void {
  let rest = BigInt.asUintN(64, BigInt(value));
  for (let i = 0; i < 9; i++) {
    target[at + i] = Number(rest & 0x7fn) | 0x80;
    rest >>= 7n;
  }
  target[at + 9] = Number(rest);
}

function setBigEndian(column: FixedColumn, row: number, view: DataView, at: number): void {
  column.words[row * 2] = view.getUint32(at + 4);
  column.words[row * 2 + 1] = view.getUint32(at);
}
