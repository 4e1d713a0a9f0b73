// SPDX-License-Identifier: Apache-2.0
//
// A trace by its id: rows of all blocks that may hold it, written as OTLP `TracesData`. Attributes in
// columns are written where the shape says they stood, the remainder is copied, so a span comes back as it
// was sent. Spans that are equal in everything (a retry that landed in two blocks) are given once.

import { hashBytes } from '@tracewell/base';
import { WireReader } from '@tracewell/protocols';
import type { QueryOptions, TraceRequest, TraceResult } from '../api.ts';
import { StoreError } from '../api.ts';
import { OVERFLOW_SHAPE_ID, type BlockReader, type BlockRef, type Shape } from '../blocks/reader.ts';
import { parseTraceId, type TraceIdHalves } from './ids.ts';
import { SpanColumns, spanSelectList } from './span-columns.ts';
import { SpanWriter, varintLength } from './span-writer.ts';

const TAG_TRACE_ID = (1 << 3) | 2;
const TAG_SPAN_ID = (2 << 3) | 2;
const TAG_PARENT_ID = (4 << 3) | 2;
const TAG_NAME = (5 << 3) | 2;
const TAG_KIND = (6 << 3) | 0;
const TAG_START = (7 << 3) | 1;
const TAG_END = (8 << 3) | 1;
const TAG_ATTRIBUTE = (9 << 3) | 2;
const TAG_STATUS = (15 << 3) | 2;

/** Field 2 of ResourceSpans (scope_spans) and of ScopeSpans (spans), field 1 of TracesData. */
const TAG_FIELD_1 = (1 << 3) | 2;
const TAG_FIELD_2 = (2 << 3) | 2;

/** All spans of a trace in one block, in order of start where the block is sealed. */
async function traceRows(
  reader: BlockReader,
  block: BlockRef,
  id: TraceIdHalves,
  options: QueryOptions
): Promise<SpanColumns | undefined> {
  const columns = spanSelectList(block, block.attributeColumns, 'id among rows');
  const isTrace = 'trace_hi = $1 AND trace_lo = $2';
  const sqlOptions = { ...options, isFrequent: true };
  if (block.state === 'open') {
    const range = block.rows?.rangeOf(id.hi, id.lo) ?? { first: 0, end: Number.MAX_SAFE_INTEGER };
    const rows = await reader.query(
      `SELECT ${columns} FROM ${block.catalog}.spans WHERE ${isTrace} AND rowid >= $3 AND rowid < $4`,
      [id.hi, id.lo, range.first, range.end],
      sqlOptions
    );
    return rows.rowCount === 0 ? undefined : new SpanColumns(block, rows);
  }
  const found = await reader.query(
    `SELECT trace_index FROM ${block.catalog}.traces WHERE ${isTrace}`,
    [id.hi, id.lo],
    sqlOptions
  );
  const index = found.integers('trace_index')[0];
  if (index === undefined) {
    return undefined;
  }
  // Rows of a sealed block are ordered by this. The parameter has the column's type, or DuckDB would cast every row's.
  const rows = await reader.query(
    `SELECT ${columns} FROM ${block.catalog}.spans WHERE trace_index = $1::UINTEGER`,
    [index],
    sqlOptions
  );
  return new SpanColumns(block, rows);
}

/** Splits a remainder into its attribute fields, in order, and all other fields. */
function splitRest(rest: Uint8Array): { attributes: Uint8Array[]; other: Uint8Array[] } {
  const reader = new WireReader(rest);
  const attributes: Uint8Array[] = [];
  const other: Uint8Array[] = [];
  const end = rest.length;
  while (reader.position < end) {
    const start = reader.position;
    const tag = reader.tag(end);
    reader.skip(tag, end);
    (tag === TAG_ATTRIBUTE ? attributes : other).push(rest.subarray(start, reader.position));
  }
  return { attributes, other };
}

/** True if attributes in columns stand after attributes in the remainder, so the two must be interleaved. */
function isInterleaved(shape: Shape): boolean {
  let inRest = false;
  for (const attribute of shape.attributes) {
    if (attribute.column === undefined) {
      inRest = true;
    } else if (inRest) {
      return true;
    }
  }
  return false;
}

/** Puts spans together, one at a time, into reused buffers. */
class SpanEncoder {
  private readonly span = new SpanWriter();
  private readonly inner = new SpanWriter(256);
  private readonly value = new SpanWriter(256);
  private readonly interleaved = new Map<Shape, boolean>();

  /** The Span message of a row; valid until the next call. */
  encode(rows: SpanColumns, row: number): Uint8Array {
    const { span } = this;
    span.clear();
    span.varint(TAG_TRACE_ID);
    span.varint(16);
    span.id64(rows.traceHi[row] ?? 0n);
    span.id64(rows.traceLo[row] ?? 0n);
    span.varint(TAG_SPAN_ID);
    span.varint(8);
    span.id64(rows.spanId[row] ?? 0n);
    const parent = rows.parentId[row] ?? 0n;
    if (parent !== 0n) {
      span.varint(TAG_PARENT_ID);
      span.varint(8);
      span.id64(parent);
    }
    const name = rows.name[row] ?? '';
    if (name !== '') {
      span.varint(TAG_NAME);
      span.text(name);
    }
    const kind = rows.kind[row] ?? 0;
    if (kind !== 0) {
      span.varint(TAG_KIND);
      span.varint(kind);
    }
    span.varint(TAG_START);
    span.fixed64(rows.start[row] ?? 0n);
    span.varint(TAG_END);
    span.fixed64(rows.end[row] ?? 0n);
    this.status(rows.status[row] ?? 0, rows.statusMessage[row] ?? '');
    this.attributes(rows, row);
    return span.written();
  }

  private status(code: number, message: string): void {
    if (code === 0 && message === '') {
      return;
    }
    const { inner } = this;
    inner.clear();
    if (message !== '') {
      inner.varint((2 << 3) | 2);
      inner.text(message);
    }
    if (code !== 0) {
      inner.varint((3 << 3) | 0);
      inner.varint(code);
    }
    this.span.field(TAG_STATUS, inner.written());
  }

  private attributes(rows: SpanColumns, row: number): void {
    const shape = rows.shape(row);
    const rest = rows.rest[row] ?? undefined;
    let interleaved = this.interleaved.get(shape);
    if (interleaved === undefined) {
      interleaved = isInterleaved(shape);
      this.interleaved.set(shape, interleaved);
    }
    if (shape.id === OVERFLOW_SHAPE_ID) {
      // The order is not known; nothing is lost but that.
      for (const { key, column } of rows.block.attributeColumns) {
        if (rows.columnValue(column, row) !== undefined) {
          this.columnAttribute(rows, row, key, column);
        }
      }
    }
    if (!interleaved || rest === undefined) {
      for (const { key, column } of shape.attributes) {
        if (column !== undefined) {
          this.columnAttribute(rows, row, key, column);
        }
      }
      if (rest !== undefined) {
        this.span.raw(rest);
      }
      return;
    }
    const { attributes, other } = splitRest(rest);
    let next = 0;
    for (const { key, column } of shape.attributes) {
      if (column !== undefined) {
        this.columnAttribute(rows, row, key, column);
      } else {
        this.span.raw(attributes[next++] ?? new Uint8Array(0));
      }
    }
    for (const field of [...attributes.slice(next), ...other]) {
      this.span.raw(field);
    }
  }

  private columnAttribute(rows: SpanColumns, row: number, key: string, column: string): void {
    const found = rows.columnValue(column, row);
    const { inner, value } = this;
    value.clear();
    if (typeof found === 'string') {
      value.varint((1 << 3) | 2);
      value.text(found);
    } else if (typeof found === 'boolean') {
      value.varint((2 << 3) | 0);
      value.varint(found ? 1 : 0);
    } else if (typeof found === 'bigint') {
      value.varint((3 << 3) | 0);
      value.varint64(found);
    } else if (typeof found === 'number') {
      value.varint((4 << 3) | 1);
      value.double(found);
    }
    inner.clear();
    inner.varint((1 << 3) | 2);
    inner.text(key);
    inner.field((2 << 3) | 2, value.written());
    this.span.field(TAG_ATTRIBUTE, inner.written());
  }
}

/** Bytes that were seen before, by content. */
class SeenBytes {
  private readonly byHash = new Map<number, Uint8Array[]>();
  private readonly hash = new Uint32Array(2);

  /** True the first time; keeps `bytes`. */
  add(bytes: Uint8Array): boolean {
    hashBytes(bytes, 0, bytes.length, this.hash);
    const key = (this.hash[0] ?? 0) + ((this.hash[1] ?? 0) & 0x1f_ffff) * 0x1_0000_0000;
    const same = this.byHash.get(key);
    if (same === undefined) {
      this.byHash.set(key, [bytes]);
      return true;
    }
    if (same.some((other) => equalBytes(other, bytes))) {
      return false;
    }
    same.push(bytes);
    return true;
  }
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) {
    return false;
  }
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) {
      return false;
    }
  }
  return true;
}

interface ScopeGroup {
  readonly proto: Uint8Array;
  readonly spans: Uint8Array[];
  readonly seen: SeenBytes;
}

interface ResourceGroup {
  readonly proto: Uint8Array;
  readonly scopes: Map<string, ScopeGroup>;
}

const latin1 = new TextDecoder('latin1');

/** Spans by resource and scope; both are compared by content, because their ids are local to a block. */
export class TraceAssembler {
  private readonly resources = new Map<string, ResourceGroup>();
  private readonly encoder = new SpanEncoder();
  /** Of what was added, framing not counted. */
  bytes = 0;
  private readonly maxBytes: number;
  spanCount = 0;
  /** Spans left out because the trace is too large. */
  omitted = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Adds the rows that are wanted; all if nothing is said. */
  addBlock(rows: SpanColumns, isWanted?: (row: number) => boolean): void {
    const groups = new Map<number, ScopeGroup>();
    for (let row = 0; row < rows.rowCount; row++) {
      if (isWanted !== undefined && !isWanted(row)) {
        continue;
      }
      const resourceId = rows.resourceId[row] ?? 0;
      const scopeId = rows.scopeId[row] ?? 0;
      const key = resourceId * 0x1_0000_0000 + scopeId;
      let group = groups.get(key);
      if (group === undefined) {
        group = this.group(rows.block, resourceId, scopeId);
        groups.set(key, group);
      }
      if (this.bytes >= this.maxBytes) {
        this.omitted += 1;
        continue;
      }
      const span = this.encoder.encode(rows, row);
      if (this.bytes + span.length > this.maxBytes) {
        this.omitted += 1;
        continue;
      }
      const copy = span.slice();
      if (group.seen.add(copy)) {
        group.spans.push(copy);
        this.spanCount += 1;
        this.bytes += copy.length + 4;
      }
    }
  }

  private group(block: BlockRef, resourceId: number, scopeId: number): ScopeGroup {
    const resourceProto = block.resources[resourceId]?.proto ?? new Uint8Array(0);
    const scopeProto = block.scopes[scopeId]?.proto ?? new Uint8Array(0);
    const resourceKey = latin1.decode(resourceProto);
    let resource = this.resources.get(resourceKey);
    if (resource === undefined) {
      resource = { proto: resourceProto, scopes: new Map() };
      this.resources.set(resourceKey, resource);
      this.bytes += resourceProto.length + 8;
    }
    const scopeKey = latin1.decode(scopeProto);
    let scope = resource.scopes.get(scopeKey);
    if (scope === undefined) {
      scope = { proto: scopeProto, spans: [], seen: new SeenBytes() };
      resource.scopes.set(scopeKey, scope);
      this.bytes += scopeProto.length + 8;
    }
    return scope;
  }

  toBytes(): Uint8Array {
    const writer = new SpanWriter(this.bytes + 64);
    for (const { proto, scopes } of this.resources.values()) {
      let length = proto.length;
      const scopeLengths: number[] = [];
      for (const scope of scopes.values()) {
        let scopeLength = scope.proto.length;
        for (const span of scope.spans) {
          scopeLength += 1 + varintLength(span.length) + span.length;
        }
        scopeLengths.push(scope.spans.length === 0 ? -1 : scopeLength);
        length += scope.spans.length === 0 ? 0 : 1 + varintLength(scopeLength) + scopeLength;
      }
      if (length === proto.length) {
        continue;
      }
      writer.varint(TAG_FIELD_1);
      writer.varint(length);
      writer.raw(proto);
      let index = 0;
      for (const scope of scopes.values()) {
        const scopeLength = scopeLengths[index++] ?? -1;
        if (scopeLength < 0) {
          continue;
        }
        writer.varint(TAG_FIELD_2);
        writer.varint(scopeLength);
        writer.raw(scope.proto);
        for (const span of scope.spans) {
          writer.field(TAG_FIELD_2, span);
        }
      }
    }
    return writer.written();
  }
}

/**
 * The trace as OTLP bytes, or undefined if no block has a span of it. `start` and `end` narrow the blocks
 * looked at. Over `maxBytes` the latest spans are left out and `partial` says how many.
 */
export async function executeTrace(
  reader: BlockReader,
  request: TraceRequest,
  options: QueryOptions = {}
): Promise<TraceResult | undefined> {
  const id = parseTraceId(request.traceId);
  if (id === undefined) {
    throw new StoreError('malformed', `a trace id is 1 to 32 hex digits, found ${JSON.stringify(request.traceId)}`);
  }
  const lease = reader.acquire();
  try {
    const blocks = lease.blocks.filter(
      (block) =>
        (request.start === undefined || block.maxTime >= request.start) &&
        (request.end === undefined || block.minTime < request.end) &&
        block.mayContainTrace(id.hi, id.lo)
    );
    const parts = await Promise.all(blocks.map((block) => traceRows(reader, block, id, options)));
    const assembler = new TraceAssembler(request.maxBytes);
    for (const rows of parts) {
      if (rows !== undefined) {
        assembler.addBlock(rows);
      }
    }
    if (assembler.spanCount === 0 && assembler.omitted === 0) {
      return undefined;
    }
    const { spanCount, omitted } = assembler;
    return {
      bytes: assembler.toBytes(),
      spanCount,
      ...(omitted > 0 && {
        partial: `the trace is larger than ${request.maxBytes} bytes: ${spanCount} of ${spanCount + omitted} spans are returned`,
      }),
    };
  } finally {
    lease.release();
  }
}
