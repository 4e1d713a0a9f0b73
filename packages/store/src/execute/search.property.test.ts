// SPDX-License-Identifier: Apache-2.0
//
// Plan and execution over real blocks, open and sealed, give what the naive interpreter gives over the same
// spans, for queries of the whole language; and the same after the open block has been sealed. FC_RUNS says how many
// data sets, FC_QUERIES how many queries each, FC_SEED which; a failure is not shrunk, for a data set takes long,
// but names its query and its seed.

import { describe, expect, test } from '@jest/globals';
import type { Span } from '@tracewell/trace';
import { TraceQlError } from '@tracewell/traceql';
import fc from 'fast-check';
import { rm } from 'node:fs/promises';
import type { SearchRequest, Store } from '../api.ts';
import { openStore } from '../store.ts';
import { naiveSearch, naiveTraces } from '../testing/naive-search.ts';
import { query, span, START, toSpans } from '../testing/search-arbitrary.ts';
import { requestOf, storeOptions, temporaryFolder } from '../testing/store-fixture.ts';
import { toTypedValue } from './shown-spans.ts';

const request: Omit<SearchRequest, 'query'> = { limit: 100, spansPerSpanSet: 1000, order: 'newest', totals: false };

interface Outcome {
  readonly traceId: string;
  readonly spansets: readonly {
    readonly matched: number;
    readonly spanIds: readonly string[];
    readonly attributes: readonly string[];
  }[];
}

async function found(store: Store, text: string): Promise<Outcome[]> {
  const { traces } = await store.search({ ...request, query: text });
  return traces.map(({ traceId, spanSets }) => ({
    traceId,
    spansets: spanSets.map(({ matched, spans, attributes }) => ({
      matched,
      spanIds: spans.map(({ spanId }) => spanId),
      attributes: attributes.map(({ key, value }) => `${key} ${value.type} ${value.value}`),
    })),
  }));
}

function expected(text: string, spans: readonly Span[]): Outcome[] {
  return naiveSearch(text, spans).map(({ trace, spansets }) => ({
    traceId: trace.traceId,
    spansets: spansets.map(({ spans: positions, attributes }) => ({
      matched: positions.length,
      spanIds: positions.map((position) => trace.spans[position]?.spanId ?? ''),
      attributes: attributes.map(({ name, value }) => {
        const shown = toTypedValue(value) ?? { type: 'string', value: 'nil' };
        return `${name} ${shown.type} ${shown.value}`;
      }),
    })),
  }));
}

/** The answer, or the error of a query that divides by zero. */
function tryExpected(text: string, spans: readonly Span[]): Outcome[] | undefined {
  try {
    return expected(text, spans);
  } catch (error) {
    if (error instanceof TraceQlError) {
      return undefined;
    }
    throw error;
  }
}

const wholeTime = { start: START - 1_000_000_000n, end: START + 9_000_000_000n };

/** Spans that a query counts, as the rates have it. */
async function counted(store: Store, text: string): Promise<number> {
  const { total } = await store.red({
    ...wholeTime,
    query: text,
    rootsOnly: false,
    step: wholeTime.end - wholeTime.start,
    exemplarsPerCell: 0,
  });
  return total.counts.reduce((sum, count) => sum + count, 0);
}

/** Asks several things at a time: a query alone waits for its statements most of the time. */
async function inTurns(texts: readonly string[], ask: (text: string, index: number) => Promise<void>): Promise<void> {
  const turns = 8;
  for (let from = 0; from < texts.length; from += turns) {
    await Promise.all(texts.slice(from, from + turns).map((text, i) => ask(text, from + i)));
  }
}

/** Expects two answers to be equal, and names the query where they are not. */
function agree(text: string, actual: unknown, wanted: unknown): void {
  try {
    expect(actual).toEqual(wanted);
  } catch (error) {
    throw new Error(`${text}\n${String(error)}`, { cause: error });
  }
}

function distinctSpans(outcomes: readonly Outcome[]): number {
  // A span is in one spanset of its trace only: by() splits, nothing repeats.
  return outcomes.flatMap(({ spansets }) => spansets).reduce((sum, { matched }) => sum + matched, 0);
}

describe('search over blocks', () => {
  /** Puts each part but the last into a sealed block of its own, and the last one into an open one. */
  async function withStore(parts: readonly (readonly Span[])[], check: (store: Store) => Promise<void>): Promise<void> {
    const dataDir = temporaryFolder();
    const store = await openStore(storeOptions(dataDir), { log: () => undefined });
    try {
      for (const [index, part] of parts.entries()) {
        if (part.length > 0) {
          await store.ingest(requestOf(part));
        }
        if (index < parts.length - 1) {
          await store.seal();
        }
      }
      await check(store);
    } finally {
      await store.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  }

  // As many as CI has the time for.
  const dataSets = Number(process.env['FC_RUNS'] ?? (process.env['CI'] === undefined ? 6 : 200));
  const queries = Number(process.env['FC_QUERIES'] ?? (process.env['CI'] === undefined ? 30 : 100));

  test(
    'answers as the naive interpreter does, before and after sealing',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(span, { minLength: 1, maxLength: 16 }),
          fc.array(query, { minLength: queries, maxLength: queries }),
          fc.integer({ min: 0, max: 16 }),
          fc.integer({ min: 0, max: 16 }),
          async (drawn, texts, firstCut, secondCut) => {
            const spans = toSpans(drawn);
            const cuts = [firstCut, secondCut].sort((a, b) => a - b);
            const parts = [spans.slice(0, cuts[0]), spans.slice(cuts[0], cuts[1]), spans.slice(cuts[1])];
            await withStore(parts, async (store) => {
              await inTurns(texts, async (text, index) => {
                const want = tryExpected(text, spans);
                if (want === undefined) {
                  return;
                }
                agree(text, await found(store, text), want);
                if (index % 10 === 0) {
                  const all = await store.search({ ...request, query: text, totals: true });
                  agree(text, all.total, { traces: want.length, spans: distinctSpans(want) });
                } else if (index % 10 === 1) {
                  agree(text, await counted(store, text), distinctSpans(want));
                }
              });
              const sample = texts.filter((text, index) => index % 10 === 5 && tryExpected(text, spans) !== undefined);
              const ask = async (text: string): Promise<unknown> =>
                (await store.search({ ...request, query: text, spansPerSpanSet: 2 })).traces;
              const before = new Map<string, unknown>();
              await inTurns(sample, async (text) => {
                before.set(text, await ask(text));
              });
              await store.seal();
              await inTurns(sample, async (text) => agree(text, await ask(text), before.get(text)));
            });
          }
        ),
        {
          numRuns: dataSets,
          endOnFailure: true,
          ...(process.env['FC_SEED'] && { seed: Number(process.env['FC_SEED']) }),
          // Together with the seed: only the case that failed.
          ...(process.env['FC_PATH'] && { path: process.env['FC_PATH'] }),
        }
      );
    },
    Math.max(600_000, dataSets * 20_000)
  );

  test('orders, limits and sums up whole traces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(span, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 0, max: 20 }),
        async (drawn, cut) => {
          const spans = toSpans(drawn);
          await withStore([spans.slice(0, cut), spans.slice(cut)], async (opened) => {
            const traces = naiveTraces(spans);
            const text = '{ status = error || duration > 1ms }';
            const matching = new Set(expected(text, spans).map(({ traceId }) => traceId));
            for (const order of ['newest', 'slowest', 'most-spans', 'most-errors'] as const) {
              const result = await opened.search({ ...request, query: text, limit: 2, order });
              const errors = (members: readonly Span[]): number =>
                members.filter(({ statusCode }) => statusCode === 2).length;
              const rank = {
                newest: () => 0,
                slowest: (t: (typeof traces)[number]) => Number(t.end - t.start),
                'most-spans': (t: (typeof traces)[number]) => t.spans.length,
                'most-errors': (t: (typeof traces)[number]) => errors(t.spans),
              }[order];
              const want = traces
                .filter(({ traceId }) => matching.has(traceId))
                .sort((a, b) => rank(b) - rank(a) || Number(b.start - a.start) || (a.traceId < b.traceId ? -1 : 1))
                .slice(0, 2)
                .map((trace) => ({
                  traceId: trace.traceId,
                  start: trace.start,
                  duration: trace.end - trace.start,
                  spans: trace.spans.length,
                  errors: errors(trace.spans),
                  root: trace.root?.name,
                }));
              expect(
                result.traces.map((trace) => ({
                  traceId: trace.traceId,
                  start: trace.startUnixNano,
                  duration: trace.durationNanos,
                  spans: trace.spanCount,
                  errors: trace.errorCount,
                  root: trace.rootTraceName,
                }))
              ).toEqual(want);
            }
          });
        }
      ),
      { numRuns: 4 }
    );
  }, 120_000);
});
