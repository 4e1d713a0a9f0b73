// SPDX-License-Identifier: Apache-2.0
//
// All columns of the spans of one commit, and how they get into DuckDB: in chunks of 2,048 rows, each
// column copied whole. See column-buffers.ts for how strings travel.

import duckdb from '@duckdb/node-bindings';
import type { AttributeColumn } from '../blocks/reader.ts';
import { FixedColumn, SlotColumn, VECTOR_SIZE } from './column-buffers.ts';

const ALL_VALID_BYTES = VECTOR_SIZE / 8;
/** Positions in the chunk, see schema/tables.ts. */
const FIRST_ATTRIBUTE = 13;

/** Rows [firstRow, endRow) came from `bytes`. */
interface RequestRows {
  readonly bytes: Uint8Array;
  readonly firstRow: number;
  endRow: number;
}

/** The spans of one commit as columns. Rows are added at the end, and can be cut off there. */
export class SpanBuffers {
  readonly traceHi: FixedColumn;
  readonly traceLo: FixedColumn;
  readonly spanId: FixedColumn;
  readonly parentId: FixedColumn;
  readonly start: FixedColumn;
  readonly end: FixedColumn;
  readonly kind: FixedColumn;
  readonly status: FixedColumn;
  readonly name: SlotColumn;
  readonly statusMessage: SlotColumn;
  readonly resourceId: FixedColumn;
  readonly scopeId: FixedColumn;
  readonly shapeId: FixedColumn;
  readonly attributes: readonly (FixedColumn | SlotColumn)[];
  readonly rest: SlotColumn;
  readonly contentHash: FixedColumn;
  rows = 0;
  capacity: number;
  arena: Uint8Array<ArrayBuffer>;
  /** The same memory as `arena`. */
  arenaView: DataView;
  arenaLength = 0;
  private readonly columns: readonly (FixedColumn | SlotColumn)[];
  private requests: RequestRows[] = [];

  constructor(attributeColumns: readonly AttributeColumn[], rows: number) {
    const capacity = Math.ceil(rows / VECTOR_SIZE) * VECTOR_SIZE;
    const fixed = (width: 1 | 4 | 8): FixedColumn => new FixedColumn(width, false, capacity);
    this.capacity = capacity;
    this.arena = new Uint8Array(256 * 1024);
    this.arenaView = new DataView(this.arena.buffer);
    this.traceHi = fixed(8);
    this.traceLo = fixed(8);
    this.spanId = fixed(8);
    this.parentId = fixed(8);
    this.start = fixed(8);
    this.end = fixed(8);
    this.kind = fixed(1);
    this.status = fixed(1);
    this.name = new SlotColumn(false, capacity);
    this.statusMessage = new SlotColumn(true, capacity);
    this.resourceId = fixed(4);
    this.scopeId = fixed(4);
    this.shapeId = fixed(4);
    this.attributes = attributeColumns.map(({ type }) =>
      type === 'string' ? new SlotColumn(true, capacity) : new FixedColumn(type === 'bool' ? 1 : 8, true, capacity)
    );
    this.rest = new SlotColumn(true, capacity);
    this.contentHash = fixed(8);
    this.columns = [
      this.traceHi,
      this.traceLo,
      this.spanId,
      this.parentId,
      this.start,
      this.end,
      this.kind,
      this.status,
      this.name,
      this.statusMessage,
      this.resourceId,
      this.scopeId,
      this.shapeId,
      ...this.attributes,
      this.rest,
      this.contentHash,
    ];
  }

  /** Says that the rows added from now on lie in `bytes`, which must stay unchanged until they are appended. */
  beginRequest(bytes: Uint8Array): void {
    this.requests.push({ bytes, firstRow: this.rows, endRow: this.rows });
  }

  /** Makes room for one more row and returns its index; it counts once {@link endRow} was called. */
  beginRow(): number {
    if (this.rows === this.capacity) {
      this.capacity *= 2;
      for (const column of this.columns) {
        column.grow(this.capacity);
      }
    }
    return this.rows;
  }

  endRow(): void {
    this.rows++;
    const request = this.requests.at(-1);
    if (request !== undefined) {
      request.endRow = this.rows;
    }
  }

  /** Cuts all rows of the request that was begun last, one that was not ended included, and the request. */
  dropRequest(): void {
    const request = this.requests.pop();
    if (request !== undefined) {
      this.clearValidity(request.firstRow, this.rows + 1);
      this.rows = request.firstRow;
    }
  }

  /** Takes `length` bytes of the arena and returns where they begin. */
  reserve(length: number): number {
    const at = this.arenaLength;
    if (at + length > this.arena.length) {
      const grown = new Uint8Array(Math.max(this.arena.length * 2, at + length));
      grown.set(this.arena);
      this.arena = grown;
      this.arenaView = new DataView(grown.buffer);
    }
    this.arenaLength = at + length;
    return at;
  }

  clear(): void {
    for (const column of this.columns) {
      column.clear(this.rows);
    }
    this.rows = 0;
    this.arenaLength = 0;
    this.requests = [];
  }

  private clearValidity(from: number, to: number): void {
    for (const { validity } of this.columns) {
      if (validity !== undefined) {
        for (let row = from; row < to; row++) {
          validity[row >>> 5] = (validity[row >>> 5] ?? 0) & ~(1 << (row & 31));
        }
      }
    }
  }

  /** Appends all rows. The appender flushes when the caller says so. */
  appendTo(appender: duckdb.Appender, chunk: duckdb.DataChunk): void {
    for (let from = 0; from < this.rows; from += VECTOR_SIZE) {
      const to = Math.min(from + VECTOR_SIZE, this.rows);
      duckdb.data_chunk_reset(chunk);
      this.resolvePointers(chunk, from, to);
      for (let i = 0; i < this.columns.length; i++) {
        const column = this.columns[i];
        if (column !== undefined) {
          copyColumn(duckdb.data_chunk_get_vector(chunk, i), column, from, to);
        }
      }
      duckdb.data_chunk_set_size(chunk, to - from);
      duckdb.append_data_chunk(appender, chunk);
    }
  }

  private resolvePointers(chunk: duckdb.DataChunk, from: number, to: number): void {
    // A vector keeps every string assigned to it until the chunk is reset, so the slot can be reused.
    const holder = duckdb.data_chunk_get_vector(chunk, FIRST_ATTRIBUTE + this.attributes.length);
    const arena = lend(holder, this.arena.subarray(0, this.arenaLength));
    for (const request of this.requests) {
      if (request.endRow <= from || request.firstRow >= to) {
        continue;
      }
      const source = lend(holder, request.bytes);
      const first = Math.max(request.firstRow, from);
      const end = Math.min(request.endRow, to);
      for (const column of this.columns) {
        if (column instanceof SlotColumn) {
          column.resolve(first, end, source.lo, source.hi, arena.lo, arena.hi);
        }
      }
    }
  }
}

interface Pointer {
  readonly lo: number;
  readonly hi: number;
}

/** Copies bytes into the memory of a vector and returns where they are; at most 12 bytes are never pointed at. */
function lend(holder: duckdb.Vector, bytes: Uint8Array): Pointer {
  if (bytes.length <= 12) {
    return { lo: 0, hi: 0 };
  }
  duckdb.vector_assign_string_element_len(holder, 0, bytes);
  const slot = duckdb.vector_get_data(holder, 16);
  const view = new DataView(slot.buffer, slot.byteOffset, 16);
  return { lo: view.getUint32(8, true), hi: view.getUint32(12, true) };
}

function copyColumn(vector: duckdb.Vector, column: FixedColumn | SlotColumn, from: number, to: number): void {
  const validity = column.validity;
  let used = true;
  if (validity !== undefined) {
    used = false;
    for (let i = from >>> 5; i < (to + 31) >>> 5; i++) {
      if (validity[i] !== 0) {
        used = true;
        break;
      }
    }
    duckdb.vector_ensure_validity_writable(vector);
    duckdb.copy_data_to_vector_validity(vector, 0, validity.buffer, from / 8, ALL_VALID_BYTES);
  }
  if (used) {
    const width = column instanceof SlotColumn ? 16 : column.width;
    const buffer = column instanceof SlotColumn ? column.slots.buffer : column.bytes.buffer;
    duckdb.copy_data_to_vector(vector, 0, buffer, from * width, (to - from) * width);
  }
}
