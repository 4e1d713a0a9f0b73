// SPDX-License-Identifier: Apache-2.0
//
// OTLP `TracesData` (the same wire form as ExportTraceServiceRequest) to a trace, lazily: one pass over the
// bytes notes where each span is and what its columns hold; the whole span is decoded when somebody looks at
// it. Resources and scopes are decoded once.

import { bytesToHex, tryHexToBytes } from '@tracewell/base';
import {
  buildTrace,
  findText,
  type Resource,
  type Scope,
  type Span,
  type SpanSource,
  type Trace,
} from '@tracewell/trace';

import { decodeResource, decodeScope, decodeSpan } from './decode-span.ts';
import { BYTES_1, BYTES_2, countSpans, Envelope, scanEnvelope } from './envelope.ts';
import { decodeText, TextCache } from './text.ts';
import { WireReader } from './wire-reader.ts';

const STATUS_CODE = (3 << 3) | 0;
const NONE = -1;

/** Where things are in the bytes, by span; ranges are two entries of one array. */
interface Columns {
  readonly spans: Int32Array;
  readonly spanIds: Int32Array;
  /** Empty for a root span. */
  readonly parentIds: Int32Array;
  readonly names: Int32Array;
  /** Offsets of 8 bytes, or NONE. */
  readonly startTimes: Int32Array;
  readonly endTimes: Int32Array;
  readonly kinds: Int32Array;
  readonly statusCodes: Int32Array;
  /** Index into the source's scopes. */
  readonly scopes: Int32Array;
}

function createColumns(capacity: number): Columns {
  return {
    spans: new Int32Array(2 * capacity),
    spanIds: new Int32Array(2 * capacity),
    parentIds: new Int32Array(2 * capacity),
    names: new Int32Array(2 * capacity),
    startTimes: new Int32Array(capacity).fill(NONE),
    endTimes: new Int32Array(capacity).fill(NONE),
    kinds: new Int32Array(capacity),
    statusCodes: new Int32Array(capacity),
    scopes: new Int32Array(capacity),
  };
}

interface ScopeOfResource {
  readonly resource: Resource;
  readonly service: string;
  readonly scope: Scope;
}

/** Walks ResourceSpans, ScopeSpans and spans; `onScope` comes before its spans. */
function walk(
  reader: WireReader,
  onScope: (resource: Resource, scope: Scope) => void,
  onSpan: (start: number, end: number) => void
): void {
  const end = reader.bytes.length;
  const envelope = new Envelope();
  reader.position = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag !== BYTES_1) {
      reader.skip(tag, end);
      continue;
    }
    const resourceEnd = reader.payloadEnd(end);
    const resourceStart = reader.position;
    scanEnvelope(reader, envelope, resourceStart, resourceEnd);
    const resource = decodeResource(envelope.bytes, envelope.start, envelope.end, schemaUrl(envelope));
    reader.position = resourceStart;
    while (reader.position < resourceEnd) {
      const inner = reader.tag(resourceEnd);
      if (inner !== BYTES_2) {
        reader.skip(inner, resourceEnd);
        continue;
      }
      const scopeEnd = reader.payloadEnd(resourceEnd);
      const scopeStart = reader.position;
      scanEnvelope(reader, envelope, scopeStart, scopeEnd);
      onScope(resource, decodeScope(envelope.bytes, envelope.start, envelope.end, schemaUrl(envelope)));
      reader.position = scopeStart;
      while (reader.position < scopeEnd) {
        const field = reader.tag(scopeEnd);
        if (field === BYTES_2) {
          const spanEnd = reader.payloadEnd(scopeEnd);
          onSpan(reader.position, spanEnd);
          reader.position = spanEnd;
        } else {
          reader.skip(field, scopeEnd);
        }
      }
    }
  }
}

function schemaUrl(envelope: Envelope): string {
  return decodeText(envelope.bytes, envelope.urlStart, envelope.urlEnd);
}

/**
 * All spans of the bytes, whatever their traces, in order. Throws `MalformedRequestError` for broken protobuf.
 */
export function decodeSpans(bytes: Uint8Array): Span[] {
  const spans: Span[] = [];
  let resource: Resource | undefined;
  let scope: Scope | undefined;
  walk(
    new WireReader(bytes),
    (nextResource, nextScope) => {
      resource = nextResource;
      scope = nextScope;
    },
    (start, end) => {
      if (resource !== undefined && scope !== undefined) {
        spans.push(decodeSpan(bytes, start, end, resource, scope));
      }
    }
  );
  return spans;
}

/**
 * The trace in `bytes`: the spans of `traceId` (32 hex digits), or, where that is not given, of the first span's
 * trace. Spans of other traces are ignored, because a server may answer with more than was asked. Without any
 * span the trace is empty, with `length` 0. The bytes must not change afterwards. Throws
 * `MalformedRequestError` for broken protobuf: at once for the framing and the columns of every span, and from
 * `spanAt` for what is inside attributes, events and links.
 */
export function decodeTrace(bytes: Uint8Array, traceId?: string): Trace {
  const source = new ByteSpanSource(bytes, traceId?.toLowerCase());
  return buildTrace(source.traceId, source);
}

/** Sets both ends of a range and steps over it. */
function readRange(reader: WireReader, end: number, ranges: Int32Array, row: number): void {
  const next = reader.payloadEnd(end);
  ranges[2 * row] = reader.position;
  ranges[2 * row + 1] = reader.position = next;
}

class ByteSpanSource implements SpanSource {
  readonly length: number;
  readonly traceId: string;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly columns: Columns;
  private readonly scopes: ScopeOfResource[] = [];
  private readonly nameTexts: TextCache;
  /** The trace id of the span that was read last. */
  private idStart = 0;
  private idEnd = 0;

  constructor(bytes: Uint8Array, traceId: string | undefined) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.nameTexts = new TextCache(bytes);
    const reader = new WireReader(bytes);
    this.columns = createColumns(countSpans(reader));
    let wanted = traceId === undefined ? undefined : (tryHexToBytes(traceId) ?? new Uint8Array(0));
    let row = 0;
    walk(
      reader,
      (resource, scope) => {
        this.scopes.push({ resource, service: findText(resource.attributes, 'service.name') ?? '', scope });
      },
      (start, end) => {
        this.readSpan(reader, row, start, end);
        const { idStart, idEnd } = this;
        wanted ??= bytes.slice(idStart, idEnd);
        row += isRange(wanted, bytes, idStart, idEnd) ? 1 : 0;
      }
    );
    this.length = row;
    this.traceId = traceId ?? bytesToHex(wanted ?? new Uint8Array(0));
  }

  spanId(index: number): string {
    return this.hex(this.columns.spanIds, index);
  }

  parentSpanId(index: number): string {
    return this.hex(this.columns.parentIds, index);
  }

  name(index: number): string {
    const { names } = this.columns;
    return this.nameTexts.decode(names[2 * index] ?? 0, names[2 * index + 1] ?? 0);
  }

  kind(index: number): number {
    return this.columns.kinds[index] ?? 0;
  }

  statusCode(index: number): number {
    return this.columns.statusCodes[index] ?? 0;
  }

  startUnixNano(index: number): bigint {
    return this.time(this.columns.startTimes[index]);
  }

  endUnixNano(index: number): bigint {
    return this.time(this.columns.endTimes[index]);
  }

  serviceName(index: number): string {
    return this.scopes[this.columns.scopes[index] ?? NONE]?.service ?? '';
  }

  spanAt(index: number): Span {
    const { spans, scopes } = this.columns;
    const scope = this.scopes[scopes[index] ?? NONE];
    if (scope === undefined || index >= this.length) {
      throw new RangeError(`span source index should be 0 to ${this.length - 1}, found ${index}`);
    }
    return decodeSpan(this.bytes, spans[2 * index] ?? 0, spans[2 * index + 1] ?? 0, scope.resource, scope.scope);
  }

  private hex(ranges: Int32Array, index: number): string {
    return bytesToHex(this.bytes, ranges[2 * index] ?? 0, ranges[2 * index + 1] ?? 0);
  }

  private time(offset: number | undefined): bigint {
    return offset === undefined || offset === NONE ? 0n : this.view.getBigUint64(offset, true);
  }

  /** Fills a row, which may hold what an ignored span left there, and notes where the trace id is. */
  private readSpan(reader: WireReader, row: number, start: number, end: number): void {
    const { columns } = this;
    columns.spans[2 * row] = start;
    columns.spans[2 * row + 1] = end;
    columns.scopes[row] = this.scopes.length - 1;
    columns.startTimes[row] = columns.endTimes[row] = NONE;
    columns.kinds[row] = columns.statusCodes[row] = 0;
    columns.spanIds[2 * row] = columns.spanIds[2 * row + 1] = start;
    columns.parentIds[2 * row] = columns.parentIds[2 * row + 1] = start;
    columns.names[2 * row] = columns.names[2 * row + 1] = start;
    this.idStart = this.idEnd = start;
    reader.position = start;
    while (reader.position < end) {
      const tag = reader.tag(end);
      switch (tag) {
        case (1 << 3) | 2: {
          const next = reader.payloadEnd(end);
          this.idStart = reader.position;
          this.idEnd = reader.position = next;
          break;
        }
        case (2 << 3) | 2:
          readRange(reader, end, columns.spanIds, row);
          break;
        case (4 << 3) | 2:
          readRange(reader, end, columns.parentIds, row);
          break;
        case (5 << 3) | 2:
          readRange(reader, end, columns.names, row);
          break;
        case (6 << 3) | 0:
          columns.kinds[row] = reader.int32(end);
          break;
        case (7 << 3) | 1:
          columns.startTimes[row] = reader.position;
          reader.fixed64(end);
          break;
        case (8 << 3) | 1:
          columns.endTimes[row] = reader.position;
          reader.fixed64(end);
          break;
        case (15 << 3) | 2:
          readStatusCode(reader, reader.payloadEnd(end), columns.statusCodes, row);
          break;
        default:
          reader.skip(tag, end);
      }
    }
    dropZeroParent(reader.bytes, columns.parentIds, row);
  }
}

function readStatusCode(reader: WireReader, end: number, statusCodes: Int32Array, row: number): void {
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === STATUS_CODE) {
      statusCodes[row] = reader.int32(end);
    } else {
      reader.skip(tag, end);
    }
  }
}

/** An all zero parent id means none. */
function dropZeroParent(bytes: Uint8Array, parentIds: Int32Array, row: number): void {
  const end = parentIds[2 * row + 1] ?? 0;
  for (let i = parentIds[2 * row] ?? 0; i < end; i++) {
    if (bytes[i] !== 0) {
      return;
    }
  }
  parentIds[2 * row] = end;
}

function isRange(expected: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (expected.length !== end - start) {
    return false;
  }
  for (let i = 0; i < expected.length; i++) {
    if (expected[i] !== bytes[start + i]) {
      return false;
    }
  }
  return true;
}
