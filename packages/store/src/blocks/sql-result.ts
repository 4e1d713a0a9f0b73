// SPDX-License-Identifier: Apache-2.0
//
// A result of DuckDB as columns. Vectors are copied into typed arrays in one piece per chunk; text and blobs
// are read out of DuckDB's memory, which the chunks keep alive.

import duckdb from '@duckdb/node-bindings';
import type { SqlResult } from './reader.ts';

const INLINE_BYTES = 12;
const TWO_32 = 4294967296;

type IntegerArray = Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array;

const { Type } = duckdb;

/** See {@link SqlResult}. */
export class ResultColumns implements SqlResult {
  readonly rowCount: number;
  readonly columnNames: readonly string[];
  private readonly chunks: readonly duckdb.DataChunk[];
  private readonly sizes: readonly number[];
  private readonly types: readonly duckdb.Type[];
  private readonly cache = new Map<string, unknown>();

  constructor(result: duckdb.Result) {
    const columns = duckdb.column_count(result);
    this.columnNames = Array.from({ length: columns }, (_, i) => duckdb.column_name(result, i));
    this.types = Array.from({ length: columns }, (_, i) => duckdb.column_type(result, i));
    const count = duckdb.result_chunk_count(result);
    this.chunks = Array.from({ length: count }, (_, i) => duckdb.result_get_chunk(result, i));
    this.sizes = this.chunks.map((chunk) => duckdb.data_chunk_get_size(chunk));
    this.rowCount = this.sizes.reduce((sum, size) => sum + size, 0);
  }

  bigints(column: string | number): BigUint64Array | BigInt64Array {
    const index = this.indexOf(column);
    return this.cached('bigints', index, () => {
      const type = this.types[index];
      if (type === Type.UBIGINT) {
        return new BigUint64Array(this.raw(index, 8));
      }
      if (type === Type.BIGINT) {
        return new BigInt64Array(this.raw(index, 8));
      }
      if (type === Type.HUGEINT || type === Type.UHUGEINT) {
        const halves = new BigInt64Array(this.raw(index, 16));
        return BigInt64Array.from({ length: this.rowCount }, (_, row) => {
          const low = halves[row * 2] ?? 0n;
          if ((halves[row * 2 + 1] ?? 0n) !== low >> 63n) {
            throw new Error(`column ${this.nameOf(index)}: expected 64-bit integers, found a larger one in row ${row}`);
          }
          return low;
        });
      }
      const integers = this.tryIntegers(index);
      if (integers === undefined) {
        throw this.wrongType(index, 'an integer type');
      }
      return BigInt64Array.from(integers, (value) => BigInt(value));
    });
  }

  numbers(column: string | number): Float64Array {
    const index = this.indexOf(column);
    return this.cached('numbers', index, () => {
      const values = this.toDoubles(index);
      this.eachNull(index, (row) => {
        values[row] = NaN;
      });
      return values;
    });
  }

  integers(column: string | number): IntegerArray {
    const index = this.indexOf(column);
    return this.cached('integers', index, () => {
      const values = this.tryIntegers(index);
      if (values === undefined) {
        throw this.wrongType(index, 'an integer type of at most 32 bits');
      }
      return values;
    });
  }

  texts(column: string | number): readonly (string | null)[] {
    const index = this.indexOf(column);
    if (this.types[index] !== Type.VARCHAR) {
      throw this.wrongType(index, 'VARCHAR');
    }
    return this.cached('texts', index, () =>
      this.slots(index, (bytes, start, end) => bytes.toString('utf8', start, end))
    );
  }

  blobs(column: string | number): readonly (Uint8Array | null)[] {
    const index = this.indexOf(column);
    if (this.types[index] !== Type.VARCHAR && this.types[index] !== Type.BLOB) {
      throw this.wrongType(index, 'BLOB');
    }
    return this.cached('blobs', index, () =>
      this.slots(index, (bytes, start, end) => new Uint8Array(bytes.subarray(start, end)))
    );
  }

  isNull(column: string | number, row: number): boolean {
    const index = this.indexOf(column);
    const nulls = this.cached('nulls', index, () => {
      const rows = new Set<number>();
      this.eachNull(index, (nullRow) => rows.add(nullRow));
      return rows;
    });
    return nulls.has(row);
  }

  private indexOf(column: string | number): number {
    const index = typeof column === 'number' ? column : this.columnNames.indexOf(column);
    if (index < 0 || index >= this.columnNames.length) {
      throw new Error(`no column ${column} in a result of ${this.columnNames.join(', ')}`);
    }
    return index;
  }

  private nameOf(index: number): string {
    return this.columnNames[index] ?? String(index);
  }

  private wrongType(index: number, expected: string): Error {
    return new Error(
      `column ${this.nameOf(index)}: expected ${expected}, found ${Type[this.types[index] ?? 0]}; cast it`
    );
  }

  private cached<T>(accessor: string, index: number, make: () => T): T {
    const key = `${accessor} ${index}`;
    // The key names the accessor, and each accessor has one type.
    const found = this.cache.get(key) as T | undefined;
    if (found !== undefined) {
      return found;
    }
    const made = make();
    this.cache.set(key, made);
    return made;
  }

  /** The column's vectors end to end, with nulls as 0. */
  private raw(index: number, width: number): ArrayBuffer {
    const target = new Uint8Array(this.rowCount * width);
    let at = 0;
    this.chunks.forEach((chunk, i) => {
      const size = (this.sizes[i] ?? 0) * width;
      target.set(duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk, index), size), at);
      at += size;
    });
    this.eachNull(index, (row) => target.fill(0, row * width, (row + 1) * width));
    return target.buffer;
  }

  private tryIntegers(index: number): IntegerArray | undefined {
    switch (this.types[index]) {
      case Type.BOOLEAN:
      case Type.UTINYINT:
        return new Uint8Array(this.raw(index, 1));
      case Type.TINYINT:
        return new Int8Array(this.raw(index, 1));
      case Type.USMALLINT:
        return new Uint16Array(this.raw(index, 2));
      case Type.SMALLINT:
        return new Int16Array(this.raw(index, 2));
      case Type.UINTEGER:
        return new Uint32Array(this.raw(index, 4));
      case Type.INTEGER:
        return new Int32Array(this.raw(index, 4));
      default:
        return undefined;
    }
  }

  private toDoubles(index: number): Float64Array {
    switch (this.types[index]) {
      case Type.DOUBLE:
        return new Float64Array(this.raw(index, 8));
      case Type.FLOAT:
        return Float64Array.from(new Float32Array(this.raw(index, 4)));
      case Type.UBIGINT:
        return nearestDoubles(this.raw(index, 8), false);
      case Type.BIGINT:
        return nearestDoubles(this.raw(index, 8), true);
      case Type.HUGEINT: {
        const buffer = this.raw(index, 16);
        const low = new BigUint64Array(buffer);
        const high = new BigInt64Array(buffer);
        return Float64Array.from({ length: this.rowCount }, (_, row) =>
          Number(((high[row * 2 + 1] ?? 0n) << 64n) + (low[row * 2] ?? 0n))
        );
      }
      default: {
        const integers = this.tryIntegers(index);
        if (integers === undefined) {
          throw this.wrongType(index, 'a numeric type');
        }
        return Float64Array.from(integers);
      }
    }
  }

  private eachNull(index: number, visit: (row: number) => void): void {
    let first = 0;
    this.chunks.forEach((chunk, i) => {
      const size = this.sizes[i] ?? 0;
      const vector = duckdb.data_chunk_get_vector(chunk, index);
      // Without nulls DuckDB may have no validity mask at all.
      const validity: Uint8Array | null = duckdb.vector_get_validity(vector, Math.ceil(size / 64) * 8);
      for (let row = 0; validity !== null && row < size; row++) {
        if (((validity[row >>> 3] ?? 0) & (1 << (row & 7))) === 0) {
          visit(first + row);
        }
      }
      first += size;
    });
  }

  private slots<T>(index: number, read: (bytes: Buffer, start: number, end: number) => T): readonly (T | null)[] {
    const values = new Array<T | null>(this.rowCount);
    let first = 0;
    this.chunks.forEach((chunk, i) => {
      const size = this.sizes[i] ?? 0;
      const data = duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk, index), size * 16);
      // A buffer of its own, aligned, and not a part of the pool.
      const slots = Buffer.alloc(size * 16);
      const lengths = new Uint32Array(slots.buffer, slots.byteOffset, size * 4);
      slots.set(data);
      const vector = duckdb.data_chunk_get_vector(chunk, index);
      const validity: Uint8Array | null = duckdb.vector_get_validity(vector, Math.ceil(size / 64) * 8);
      for (let row = 0; row < size; row++) {
        if (validity !== null && ((validity[row >>> 3] ?? 0) & (1 << (row & 7))) === 0) {
          values[first + row] = null;
          continue;
        }
        const length = lengths[row * 4] ?? 0;
        if (length <= INLINE_BYTES) {
          values[first + row] = read(slots, row * 16 + 4, row * 16 + 4 + length);
        } else {
          values[first + row] = read(
            asBuffer(duckdb.get_data_from_pointer(slots.buffer, row * 16 + 8, length)),
            0,
            length
          );
        }
      }
      first += size;
    });
    return values;
  }
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** 64-bit integers as the nearest doubles, which is rounded once. A BigInt for each would cost more than most queries. */
function nearestDoubles(buffer: ArrayBuffer, isSigned: boolean): Float64Array {
  const low = new Uint32Array(buffer);
  const high = isSigned ? new Int32Array(buffer) : low;
  const values = new Float64Array(low.length / 2);
  for (let i = 0; i < values.length; i++) {
    values[i] = (high[2 * i + 1] ?? 0) * TWO_32 + (low[2 * i] ?? 0);
  }
  return values;
}
