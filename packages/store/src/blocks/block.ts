// SPDX-License-Identifier: Apache-2.0
//
// One block in memory: its dictionaries, bounds, and who is reading it. An open block grows, a sealed one
// never changes. When a block is retired (sealed into another file, or expired) it is detached and
// deleted after the last lease on it has ended.

import { decodeResource, decodeScope, WireReader } from '@tracewell/protocols';
import type { Resource } from '@tracewell/trace';
import { overflowShape } from '../schema/shape.ts';
import type { TraceFilter } from './bloom.ts';
import { OpenRows } from './open-rows.ts';
import { OVERFLOW_SHAPE_ID } from './reader.ts';
import type { AttributeColumn, BlockRef, ResourceEntry, ScopeEntry, Shape } from './reader.ts';

const FIELD_1_BYTES = (1 << 3) | 2;
const FIELD_3_BYTES = (3 << 3) | 2;

/** What is known of a block when it comes into being. */
export interface BlockInit {
  readonly id: string;
  readonly state: 'open' | 'sealed';
  readonly attributeColumns: readonly AttributeColumn[];
  readonly firstArrival: number;
}

/** See the head of the file. */
export class Block implements BlockRef {
  readonly id: string;
  readonly state: 'open' | 'sealed';
  readonly catalog: string;
  readonly attributeColumns: readonly AttributeColumn[];
  minTime = 0xffff_ffff_ffff_ffffn;
  maxTime = 0n;
  spans = 0;
  traces?: number;
  bytes = 0;
  firstArrival: number;
  lastArrival: number;
  resources: ResourceEntry[] = [];
  scopes: ScopeEntry[] = [];
  shapes: Shape[] = [overflowShape];
  filter: TraceFilter | undefined;
  /** Of an open block. */
  rows: OpenRows | undefined;
  /** Spans by shape of an open block that is, or was, written in this process; grows before the commit. */
  shapeCounts: readonly number[] | undefined;
  /** Of a sealed block; see docs/formats/block.md. */
  hasParentSteps = false;
  hasGraph = false;
  hasGraphTotals = false;
  sealing = false;
  private leases = 0;
  private onFree: (() => void) | undefined;

  constructor({ id, state, attributeColumns, firstArrival }: BlockInit) {
    this.id = id;
    this.state = state;
    this.catalog = `${state === 'open' ? 'o' : 's'}${id}`;
    this.attributeColumns = attributeColumns;
    this.firstArrival = firstArrival;
    this.lastArrival = firstArrival;
    this.rows = state === 'open' ? new OpenRows() : undefined;
  }

  /** The block's database file, without the folder. */
  get fileName(): string {
    return blockFileName(this.id, this.state);
  }

  get hasOverflow(): boolean | undefined {
    return this.shapeCounts && (this.shapeCounts[OVERFLOW_SHAPE_ID] ?? 0) > 0;
  }

  mayContainTrace(traceHi: bigint, traceLo: bigint): boolean {
    if (this.rows !== undefined) {
      return this.rows.rangeOf(traceHi, traceLo) !== undefined;
    }
    if (this.state === 'open') {
      return true;
    }
    return this.filter === undefined || this.filter.mayContain(traceHi, traceLo);
  }

  lease(): void {
    this.leases += 1;
  }

  unlease(): void {
    this.leases -= 1;
    if (this.leases === 0) {
      this.onFree?.();
    }
  }

  /** Resolves when nobody reads the block any more; it must be out of all new snapshots already. */
  free(): Promise<void> {
    return this.leases === 0 ? Promise.resolve() : new Promise((resolve) => (this.onFree = resolve));
  }
}

export function blockFileName(id: string, state: 'open' | 'sealed'): string {
  return `${state === 'open' ? 'open' : 'block'}-${id}.duckdb`;
}

export function filterFileName(id: string): string {
  return `block-${id}.bloom`;
}

/** A ResourceSpans or ScopeSpans message with only field 1 (resource, scope) and field 3 (schema_url). */
export function toEnvelope(message: Uint8Array, url: Uint8Array): Uint8Array {
  const target = new Uint8Array(message.length + url.length + 12);
  let at = 0;
  for (const [tag, payload] of [
    [FIELD_1_BYTES, message],
    [FIELD_3_BYTES, url],
  ] as const) {
    if (payload.length > 0) {
      target[at++] = tag;
      for (let length = payload.length; ; length >>>= 7) {
        target[at++] = length > 0x7f ? (length & 0x7f) | 0x80 : length;
        if (length <= 0x7f) {
          break;
        }
      }
      target.set(payload, at);
      at += payload.length;
    }
  }
  return target.slice(0, at);
}

interface Opened {
  readonly start: number;
  readonly end: number;
  readonly schemaUrl: string;
}

function openEnvelope(proto: Uint8Array): Opened {
  const reader = new WireReader(proto);
  let start = 0;
  let end = 0;
  let schemaUrl = '';
  while (reader.position < proto.length) {
    const tag = reader.tag(proto.length);
    const next = reader.payloadEnd(proto.length);
    if (tag === FIELD_1_BYTES) {
      start = reader.position;
      end = next;
    } else {
      schemaUrl = new TextDecoder().decode(proto.subarray(reader.position, next));
    }
    reader.position = next;
  }
  return { start, end, schemaUrl };
}

/** Decodes a row of `resources`. */
export function toResourceEntry(id: number, proto: Uint8Array): ResourceEntry {
  const { start, end, schemaUrl } = openEnvelope(proto);
  const resource = decodeResource(proto, start, end, schemaUrl);
  return { id, service: serviceOf(resource), resource, proto };
}

/** Decodes a row of `scopes`. */
export function toScopeEntry(id: number, proto: Uint8Array): ScopeEntry {
  const { start, end, schemaUrl } = openEnvelope(proto);
  return { id, scope: decodeScope(proto, start, end, schemaUrl), proto };
}

function serviceOf(resource: Resource): string {
  const value = resource.attributes.find(({ key }) => key === 'service.name')?.value;
  return typeof value === 'string' && value !== '' ? value : 'unknown_service';
}
