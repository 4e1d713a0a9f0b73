// SPDX-License-Identifier: Apache-2.0
//
// Writes one open block: requests are encoded into one of two sets of buffers while the other is being
// committed. A commit is one transaction on the block's file, with the spans and the new rows of the
// dictionaries that they use, and is synced when it resolves.

import duckdb from '@duckdb/node-bindings';
import type { DecodeLimits, DecodeOutcome } from '@tracewell/protocols';
import type { Block } from '../blocks/block.ts';
import { toEnvelope, toResourceEntry, toScopeEntry } from '../blocks/block.ts';
import type { StoreClock } from '../blocks/store-clock.ts';
import type { Database } from '../blocks/database.ts';
import { runUrgently } from '../blocks/run-statement.ts';
import type { AttributeColumnType, ResourceEntry, ScopeEntry } from '../blocks/reader.ts';
import { formatShape } from '../schema/shape.ts';
import { intrinsicColumns } from '../schema/tables.ts';
import { chooseAttributeColumns, defaultAttributeColumns, haveSameKeys } from '../schema/well-known-attributes.ts';
import { HashSet } from './hash-set.ts';
import { requestDigest } from './request-log.ts';
import type { RequestDigest } from './request-log.ts';
import { ShapeTable } from './shape-table.ts';
import { SpanBuffers } from './span-buffers.ts';
import { SpanEncoder } from './span-encoder.ts';
import type { EnvelopeDictionary } from './span-encoder.ts';

const { Type } = duckdb;

const intrinsicTypes = {
  UBIGINT: Type.UBIGINT,
  UTINYINT: Type.UTINYINT,
  VARCHAR: Type.VARCHAR,
  UINTEGER: Type.UINTEGER,
};
const attributeTypes: Readonly<Record<AttributeColumnType, duckdb.Type>> = {
  string: Type.VARCHAR,
  int: Type.BIGINT,
  double: Type.DOUBLE,
  bool: Type.BOOLEAN,
};

/** At this many spans a block with the default columns knows which ones it should have. */
const EARLY_SPANS = 20_000;

/** Spans that wait for their commit, with the rows of dictionaries that they are the first to use. */
export interface FilledGroup {
  readonly buffers: SpanBuffers;
  readonly resources: readonly ResourceEntry[];
  readonly scopes: readonly ScopeEntry[];
  /** Shapes [firstShape, endShape) are new. */
  readonly firstShape: number;
  readonly endShape: number;
}

/** What became of a request. */
export interface EncodedRequest {
  readonly outcome: DecodeOutcome;
  /** Accepted spans that were known already. */
  readonly duplicates: number;
  /** By which it is known if it comes again. */
  readonly digest: RequestDigest;
}

export interface BlockWriterOptions {
  /** Rows of a usual commit: the buffers' first size. */
  readonly commitSpans: number;
  /** Room for span hashes. */
  readonly maxBlockSpans: number;
  /** Hashes of blocks before this one, against duplicates. */
  readonly earlier: readonly HashSet[];
  readonly clock: StoreClock;
}

/** See the head of the file. The tables exist, and `block` holds what they have. */
export class BlockWriter implements EnvelopeDictionary {
  readonly block: Block;
  readonly shapes: ShapeTable;
  readonly seen: HashSet;
  private readonly database: Database;
  private readonly clock: StoreClock;
  private readonly connection: duckdb.Connection;
  private readonly encoder: SpanEncoder;
  private readonly appenders: readonly duckdb.Appender[];
  private readonly chunk: duckdb.DataChunk;
  private spare: SpanBuffers;
  private readonly resourceIds = new Map<string, number>();
  private readonly scopeIds = new Map<string, number>();
  private writtenResources: number;
  private writtenScopes: number;
  private writtenShapes: number;
  private mayMakeWay: boolean;

  private constructor(database: Database, connection: duckdb.Connection, block: Block, options: BlockWriterOptions) {
    this.database = database;
    this.clock = options.clock;
    this.connection = connection;
    this.block = block;
    this.seen = new HashSet(options.maxBlockSpans);
    this.shapes = new ShapeTable(block.attributeColumns);
    this.shapes.restore(block.shapes);
    block.shapes = this.shapes.shapes;
    block.shapeCounts = this.shapes.counts;
    block.resources.forEach(({ id, proto }) => this.resourceIds.set(latin1(proto), id));
    block.scopes.forEach(({ id, proto }) => this.scopeIds.set(latin1(proto), id));
    this.writtenResources = block.resources.length;
    this.writtenScopes = block.scopes.length;
    this.writtenShapes = block.shapes.length;
    this.mayMakeWay = haveSameKeys(block.attributeColumns, defaultAttributeColumns());
    const buffers = new SpanBuffers(block.attributeColumns, options.commitSpans);
    this.spare = new SpanBuffers(block.attributeColumns, options.commitSpans);
    const seen = { current: this.seen, earlier: options.earlier };
    this.encoder = new SpanEncoder(buffers, this, this.shapes, seen);
    this.appenders = ['spans', 'resources', 'scopes', 'shapes'].map((table) =>
      duckdb.appender_create_ext(connection, block.catalog, 'main', table)
    );
    this.chunk = duckdb.create_data_chunk(
      [
        ...intrinsicColumns.map(([, type]) => intrinsicTypes[type]),
        ...block.attributeColumns.map(({ type }) => attributeTypes[type]),
        Type.BLOB,
        Type.UBIGINT,
      ].map((type) => duckdb.create_logical_type(type))
    );
  }

  static async open(database: Database, block: Block, options: BlockWriterOptions): Promise<BlockWriter> {
    return new BlockWriter(database, await database.connect(), block, options);
  }

  /** Spans that are encoded and not yet taken. */
  get pendingSpans(): number {
    return this.encoder.buffers.rows;
  }

  /** Encodes a request into the pending spans, all or nothing; throws what the decoder throws. */
  encode(bytes: Uint8Array<ArrayBuffer>, limits: DecodeLimits): EncodedRequest {
    const { encoder } = this;
    const outcome = encoder.encode(bytes, limits);
    const digest = requestDigest(encoder.sumLo, encoder.sumHi, outcome.accepted);
    return { outcome, duplicates: encoder.duplicates, digest };
  }

  /** Takes the request that was encoded last out of the pending spans again. */
  takeBack(): void {
    this.encoder.takeBack();
  }

  /** Takes the pending spans for a commit. One group at a time: commit it before the next is taken. */
  take(): FilledGroup {
    const { buffers } = this.encoder;
    if (buffers.rows === 0) {
      // Duplicates only. New rows of dictionaries, if any, stay for the next group.
      const endShape = this.writtenShapes;
      return { buffers, resources: [], scopes: [], firstShape: endShape, endShape };
    }
    this.encoder.buffers = this.spare;
    this.spare = buffers;
    const group = {
      buffers,
      resources: this.block.resources.slice(this.writtenResources),
      scopes: this.block.scopes.slice(this.writtenScopes),
      firstShape: this.writtenShapes,
      endShape: this.block.shapes.length,
    };
    this.writtenResources = this.block.resources.length;
    this.writtenScopes = this.block.scopes.length;
    this.writtenShapes = group.endShape;
    return group;
  }

  /**
   * Writes a group; it is durable when this resolves. Rejects with DuckDB's error, after which the instance must
   * be opened anew: whether the group is durable is then only known from the file.
   */
  async commit(group: FilledGroup): Promise<void> {
    const { buffers } = group;
    if (buffers.rows === 0) {
      buffers.clear();
      return;
    }
    await duckdb.query(this.connection, 'BEGIN TRANSACTION');
    this.append(group);
    // Before the commit: a query that sees the rows must find them. A commit that fails is the end of this block in memory.
    this.block.rows?.add(buffers.traceHi.words, buffers.traceLo.words, buffers.start.words, buffers.rows);
    await runUrgently(this.connection, 'COMMIT');
    this.addBounds(buffers);
    buffers.clear();
  }

  /**
   * Whether the block should make way for one with other columns, though it is not full: it was opened before
   * anything was known, and its spans now say that other columns are needed. Answers true at most once.
   */
  makesWayEarly(): boolean {
    const { block, shapes } = this;
    if (!this.mayMakeWay || block.spans < EARLY_SPANS) {
      return false;
    }
    this.mayMakeWay = false;
    const { attributeColumns } = block;
    return !haveSameKeys(attributeColumns, chooseAttributeColumns(shapes.shapes, shapes.counts, attributeColumns));
  }

  /** Gives the connection back. The block stays attached. */
  close(): void {
    for (const appender of this.appenders) {
      duckdb.appender_close_sync(appender);
    }
    this.database.disconnect(this.connection);
  }

  resourceId(bytes: Uint8Array, start: number, end: number, urlStart: number, urlEnd: number): number {
    const proto = toEnvelope(bytes.subarray(start, end), bytes.subarray(urlStart, urlEnd));
    const key = latin1(proto);
    let id = this.resourceIds.get(key);
    if (id === undefined) {
      id = this.block.resources.length;
      this.block.resources.push(toResourceEntry(id, proto));
      this.resourceIds.set(key, id);
    }
    return id;
  }

  scopeId(bytes: Uint8Array, start: number, end: number, urlStart: number, urlEnd: number): number {
    const proto = toEnvelope(bytes.subarray(start, end), bytes.subarray(urlStart, urlEnd));
    const key = latin1(proto);
    let id = this.scopeIds.get(key);
    if (id === undefined) {
      id = this.block.scopes.length;
      this.block.scopes.push(toScopeEntry(id, proto));
      this.scopeIds.set(key, id);
    }
    return id;
  }

  private append(group: FilledGroup): void {
    const [spans, resources, scopes, shapes] = this.appenders;
    if (spans === undefined || resources === undefined || scopes === undefined || shapes === undefined) {
      return;
    }
    for (const { id, service, proto } of group.resources) {
      duckdb.append_uint32(resources, id);
      duckdb.append_varchar(resources, service);
      duckdb.append_blob(resources, proto);
      duckdb.appender_end_row(resources);
    }
    for (const { id, proto } of group.scopes) {
      duckdb.append_uint32(scopes, id);
      duckdb.append_blob(scopes, proto);
      duckdb.appender_end_row(scopes);
    }
    for (const shape of this.block.shapes.slice(group.firstShape, group.endShape)) {
      duckdb.append_uint32(shapes, shape.id);
      duckdb.append_varchar(shapes, formatShape(shape));
      duckdb.appender_end_row(shapes);
    }
    group.buffers.appendTo(spans, this.chunk);
    for (const appender of this.appenders) {
      duckdb.appender_flush_sync(appender);
    }
  }

  private addBounds(buffers: SpanBuffers): void {
    const { block } = this;
    const starts = new BigUint64Array(buffers.start.words.buffer, 0, buffers.rows);
    for (const start of starts) {
      if (start < block.minTime) {
        block.minTime = start;
      }
      if (start > block.maxTime) {
        block.maxTime = start;
      }
    }
    block.spans += buffers.rows;
    block.lastArrival = Math.max(block.lastArrival, this.clock.arrival());
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
