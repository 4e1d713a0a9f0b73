// SPDX-License-Identifier: Apache-2.0
//
// What queries see of the blocks: a snapshot of them under a lease, their dictionaries, and SQL on a
// pool of read connections. Writing, sealing and retention happen behind this; a block that a lease
// names is neither detached nor deleted before the lease is released, even when its sealed successor
// or retention has already taken it out of the next snapshot.
//
// Results are columns, not row objects: a query that groups by trace has 100,000 rows, and making an
// object of each costs more than DuckDB's work.

import type { Resource, Scope } from '@tracewell/trace';
import { StoreError } from '../api.ts';
import type { OpenRows } from './open-rows.ts';

/** Types that an attribute column can have; see docs/formats/block.md. */
export type AttributeColumnType = 'string' | 'int' | 'double' | 'bool';

/**
 * Types of attributes in a shape: those of columns, and those that only the remainder can hold. `odd` is what
 * is not one key and one known value (a value sent in pieces, say): decode it to know what it is.
 */
export type ShapeAttributeType = AttributeColumnType | 'bytes' | 'array' | 'kvlist' | 'empty' | 'odd';

/** A span attribute that has a column in `spans`: keyed by key and type. */
export interface AttributeColumn {
  /** Column name, safe to put into SQL: `a0`, `a1`, ... */
  readonly column: string;
  readonly key: string;
  readonly type: AttributeColumnType;
}

/** A row of `resources`, decoded. */
export interface ResourceEntry {
  readonly id: number;
  /** `service.name`, or `unknown_service`. */
  readonly service: string;
  readonly resource: Resource;
  /** A ResourceSpans message with only `resource` and `schema_url`. */
  readonly proto: Uint8Array;
}

/** A row of `scopes`, decoded. */
export interface ScopeEntry {
  readonly id: number;
  readonly scope: Scope;
  /** A ScopeSpans message with only `scope` and `schema_url`. */
  readonly proto: Uint8Array;
}

/** One attribute of a shape, in the order the span had them. */
export interface ShapeAttribute {
  readonly key: string;
  readonly type: ShapeAttributeType;
  /** Undefined: the value is in the remainder. */
  readonly column?: string;
}

/** A row of `shapes`, parsed. Shape 0 is the overflow: its spans must be decoded to know what they have. */
export interface Shape {
  readonly id: number;
  readonly attributes: readonly ShapeAttribute[];
  /** Distinct event names. */
  readonly events: readonly string[];
  /** Distinct attribute keys of events. */
  readonly eventKeys: readonly string[];
  /** Distinct attribute keys of links. */
  readonly linkKeys: readonly string[];
  /** Whether the spans have links. */
  readonly links: boolean;
  /** Whether the remainder has fields besides attributes, events and links (trace state, flags, dropped counts, unknown). */
  readonly other: boolean;
}

export const OVERFLOW_SHAPE_ID = 0;

/** One block as a query sees it. Dictionaries grow while a block is open, and never change otherwise. */
export interface BlockRef {
  readonly id: string;
  readonly state: 'open' | 'sealed';
  /** Name of the attached database, safe to put into SQL: `FROM ${catalog}.spans`. */
  readonly catalog: string;
  /** Least and greatest start of any span, nanoseconds. An empty block has minTime > maxTime. */
  readonly minTime: bigint;
  readonly maxTime: bigint;
  /** Committed spans. */
  readonly spans: number;
  /** Traces in a sealed block; undefined for an open one. */
  readonly traces?: number;
  /** Whether spans lead to their parents by rows, see `parentColumns`; false for open blocks and those of format 2. */
  readonly hasParentSteps: boolean;
  /** Whether the block has the tables graph_*. A sealed block that could not be folded has none, like an open one. */
  readonly hasGraph: boolean;
  /** Whether it also has them added up, in graph_totals. */
  readonly hasGraphTotals: boolean;
  readonly attributeColumns: readonly AttributeColumn[];
  /** By resource_id; ids are dense from 0. */
  readonly resources: readonly ResourceEntry[];
  /** By scope_id; ids are dense from 0. */
  readonly scopes: readonly ScopeEntry[];
  /** By shape_id; ids are dense from 0, and 0 is the overflow shape. */
  readonly shapes: readonly Shape[];
  /** Where the traces of an open block lie; undefined for a sealed one, and where that is not known. */
  readonly rows: Pick<OpenRows, 'rangeOf' | 'latestStartBefore' | 'firstOfTracesSince' | 'count'> | undefined;
  /** Whether it has spans of the overflow shape; undefined if its spans have to be asked. */
  readonly hasOverflow: boolean | undefined;
  /** False only if the block certainly has no span of the trace. */
  mayContainTrace(traceHi: bigint, traceLo: bigint): boolean;
}

/** Blocks that stay readable until `release` (call it once, in a `finally`). */
export interface BlockLease {
  readonly blocks: readonly BlockRef[];
  release(): void;
}

/** Values that a `?` or `$1` in SQL can take. bigint binds as UBIGINT if it is not negative, else BIGINT; number as DOUBLE if it is no integer. */
export type SqlValue = string | number | bigint | boolean | Uint8Array | null;

export interface SqlOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds from now, waiting for a connection included; afterwards the query is interrupted: StoreError 'timeout'. */
  readonly timeoutMs?: number;
  /** The same text comes often, with other parameters: it is kept, prepared, for as long as its block is there. */
  readonly isFrequent?: boolean;
  /** More rows than this: StoreError 'limit'. */
  readonly maxRows?: number;
}

/** What a query rejects with that has no time left. It names no number: a statement knows only what was left for it. */
export function outOfTime(): StoreError {
  return new StoreError('timeout', 'the query took longer than its time limit; narrow the time range or the filter');
}

/**
 * The columns of a result, by name or by position. Every accessor converts on its first call and
 * returns the same array afterwards. Asking for a conversion that loses anything is a bug and throws.
 */
export interface SqlResult {
  readonly rowCount: number;
  readonly columnNames: readonly string[];
  /** Any integer type up to 64 bits; 0 where NULL. */
  bigints(column: string | number): BigUint64Array | BigInt64Array;
  /** Any numeric type or BOOLEAN; NaN where NULL. 64-bit and 128-bit integers are rounded to doubles. */
  numbers(column: string | number): Float64Array;
  /** Integer types of at most 32 bits and BOOLEAN, without a copy where the width fits; 0 where NULL. */
  integers(column: string | number): Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array;
  /** VARCHAR. */
  texts(column: string | number): readonly (string | null)[];
  /** BLOB (or VARCHAR as UTF-8). */
  blobs(column: string | number): readonly (Uint8Array | null)[];
  isNull(column: string | number, row: number): boolean;
}

/** What the query side of the store is built on. */
export interface BlockReader {
  /**
   * The blocks that hold all committed spans, each span in exactly one of them: sealed ones first, oldest
   * first, then open ones. A commit that happens later may or may not be seen by a query under this lease.
   */
  acquire(): BlockLease;
  /**
   * Runs one statement that only reads, on a pooled connection. Rejects with StoreError 'cancelled' (signal),
   * 'timeout', 'limit', 'internal'. At most a few run at once; others wait in order, so a query that
   * needs several statements runs them in sequence or all at once, and must not hold one while it waits for another.
   */
  query(sql: string, params?: readonly SqlValue[], options?: SqlOptions): Promise<SqlResult>;
}
