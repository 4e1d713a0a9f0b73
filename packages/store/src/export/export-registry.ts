// SPDX-License-Identifier: Apache-2.0
//
// Exports under way. Each holds a lease on the blocks that were there when it began, so that nothing of it is merged,
// expired or deleted under its feet; one that nobody asks for any more gives them back by itself. Whole traces are
// put together from all blocks that hold parts of them, a few thousand spans at a time.

import { StoreError } from '../api.ts';
import type { ExportPart, ExportRequest, OpenedExport, SearchRequest } from '../api.ts';
import type { BlockLease, BlockReader, BlockRef } from '../blocks/reader.ts';
import { partsSql } from '../execute/found-trace.ts';
import { QueryContext } from '../execute/query-context.ts';
import { SpanColumns, spanSelectList } from '../execute/span-columns.ts';
import { TraceMap, type Summary } from '../execute/summaries.ts';
import { TraceAssembler } from '../execute/trace.ts';
import { planSearch, toQueryError } from '../plan/search-plan.ts';
import { matchingTraces } from './matching-traces.ts';

/** Exports at once: each keeps blocks that would otherwise go. */
const MAX_EXPORTS = 4;
/** Without a call for this long an export is closed. */
export const EXPORT_IDLE_MS = 60_000;
/** A part ends with the trace that reaches this. */
const PART_SPANS = 2000;

interface Export {
  readonly id: string;
  readonly lease: BlockLease;
  readonly context: QueryContext;
  readonly controller: AbortController;
  readonly found: AsyncGenerator<readonly Summary[], void, undefined>;
  /** Traces that were found and not yet given, from `next` on. */
  waiting: readonly Summary[];
  next: number;
  isBusy: boolean;
  idle: NodeJS.Timeout | undefined;
}

/** See the head of the file. */
export class ExportRegistry {
  private readonly reader: BlockReader;
  private readonly idleMs: number;
  private readonly exports = new Map<string, Export>();
  private lastId = 0;

  constructor(reader: BlockReader, idleMs = EXPORT_IDLE_MS) {
    this.reader = reader;
    this.idleMs = idleMs;
  }

  /** Exports that are open. */
  get size(): number {
    return this.exports.size;
  }

  /** See `Store.openExport`. */
  open({ query, start, end }: ExportRequest): OpenedExport {
    if (this.exports.size >= MAX_EXPORTS) {
      throw new StoreError('overloaded', `${MAX_EXPORTS} exports run already; try again when one has ended`, {
        retryable: true,
      });
    }
    const plan = planSearch(query);
    const lease = this.reader.acquire();
    const controller = new AbortController();
    const context = new QueryContext(this.reader, lease.blocks, { signal: controller.signal });
    const range = { ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
    const request: SearchRequest = { ...range, query, limit: 1, spansPerSpanSet: 1, order: 'newest', totals: false };
    const id = String(++this.lastId);
    const opened: Export = {
      id,
      lease,
      context,
      controller,
      found: matchingTraces(context, plan, request),
      waiting: [],
      next: 0,
      isBusy: false,
      idle: undefined,
    };
    this.exports.set(id, opened);
    this.watch(opened);
    const spans = context.blocksInRange(request).reduce((sum, block) => sum + block.spans, 0);
    return { id, spans };
  }

  /** See `Store.nextExport`. */
  async next(id: string): Promise<ExportPart> {
    const running = this.exports.get(id);
    if (running === undefined) {
      const why = `expected one that is open, found ${JSON.stringify(id)}`;
      throw new StoreError('closed', `the export is closed (it ended, or nobody asked for ${this.idleMs} ms): ${why}`);
    }
    if (running.isBusy) {
      throw new StoreError('overloaded', 'this export is giving a part already; ask when it has come');
    }
    clearTimeout(running.idle);
    running.isBusy = true;
    try {
      const part = await this.part(running);
      if (part.isLast) {
        this.close(id);
      }
      return part;
    } catch (error) {
      this.close(id);
      throw toQueryError(error);
    } finally {
      running.isBusy = false;
      if (this.exports.has(id)) {
        this.watch(running);
      } else {
        running.lease.release();
      }
    }
  }

  /** See `Store.closeExport`. */
  close(id: string): void {
    const running = this.exports.get(id);
    if (running !== undefined) {
      this.exports.delete(id);
      clearTimeout(running.idle);
      running.controller.abort();
      if (!running.isBusy) {
        running.lease.release();
      }
    }
  }

  closeAll(): void {
    for (const id of [...this.exports.keys()]) {
      this.close(id);
    }
  }

  private watch(running: Export): void {
    running.idle = setTimeout(() => this.close(running.id), this.idleMs);
    running.idle.unref();
  }

  private async part(running: Export): Promise<ExportPart> {
    const chosen: Summary[] = [];
    let spans = 0;
    let isLast = false;
    while (spans < PART_SPANS) {
      const summary = running.waiting[running.next];
      if (summary !== undefined) {
        running.next += 1;
        chosen.push(summary);
        spans += summary.spans;
        continue;
      }
      const batch = await running.found.next();
      if (batch.done === true) {
        isLast = true;
        break;
      }
      running.waiting = batch.value;
      running.next = 0;
    }
    const assembler = new TraceAssembler(Infinity);
    const wanted = new TraceMap<Summary>();
    chosen.forEach((summary) => wanted.add(summary));
    const blocks = new Set<BlockRef>(chosen.flatMap(({ places }) => [...places.keys()]));
    for (const block of blocks) {
      const where = partsSql(block, chosen);
      const rows = await running.context.query(
        block,
        `SELECT ${spanSelectList(block, block.attributeColumns, 'id among rows')} FROM ${block.catalog}.spans WHERE ${where}`
      );
      const columns = new SpanColumns(block, rows);
      // A condition on an open block compares half of the id.
      assembler.addBlock(
        columns,
        (row) => wanted.get(columns.traceHi[row] ?? 0n, columns.traceLo[row] ?? 0n) !== undefined
      );
    }
    return { bytes: assembler.toBytes(), traces: chosen.length, spans: assembler.spanCount, isLast };
  }
}
