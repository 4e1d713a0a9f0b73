// SPDX-License-Identifier: Apache-2.0
//
// Asks a store in every way there is and compares the answers with what the model says by the naive evaluators:
// traces by id, searches, totals, tag values, rates, metrics, the service graph, the number of spans.

import { expect } from '@jest/globals';
import { decodeSpans } from '@tracewell/protocols';
import { findText, type Span } from '@tracewell/trace';
import { TraceQlError } from '@tracewell/traceql';
import { toTypedValue } from '../../execute/shown-spans.ts';
import { naiveMetrics } from '../naive-metrics.ts';
import { naiveSearch, type NaiveMatch } from '../naive-search.ts';
import { START } from '../search-arbitrary.ts';
import type { ChildStore } from './child-store.ts';
import { contentOf, countCalls, isCallService, type Model } from './model.ts';

const SECOND = 1_000_000_000n;
const whole = { start: START - SECOND, end: START + 9n * SECOND };
const LIMIT = 10_000;

/** The matches of a query, or undefined if the query divides by zero for these spans. */
export function tryNaiveSearch(query: string, spans: readonly Span[]): NaiveMatch[] | undefined {
  try {
    return naiveSearch(query, spans);
  } catch (error) {
    if (error instanceof TraceQlError) {
      return undefined;
    }
    throw error;
  }
}

/** The spans that a search selects. */
export function selectedSpans(matches: readonly NaiveMatch[], wholeTraces: boolean): Span[] {
  return matches.flatMap(({ trace, spansets }) => {
    const positions = new Set(spansets.flatMap(({ spans }) => spans));
    return wholeTraces ? trace.spans : trace.spans.filter((_, position) => positions.has(position));
  });
}

/** Expects an answer, and names the question where it is another. */
function agree(question: string, found: unknown, wanted: unknown): void {
  try {
    expect(found).toEqual(wanted);
  } catch (error) {
    throw new Error(`${question}\n${String(error)}`, { cause: error });
  }
}

/** Spans of one trace as the store has them. */
export async function storedSpans(store: ChildStore, traceId: string): Promise<Span[]> {
  const found = await store.trace({ traceId, maxBytes: 1e9 });
  return found === undefined ? [] : decodeSpans(found.bytes);
}

async function compareTraces(store: ChildStore, model: Model): Promise<void> {
  const wanted = new Map<string, string[]>(model.traceIds.map((traceId) => [traceId, []]));
  for (const span of model.spans) {
    wanted.get(span.traceId)?.push(contentOf(span));
  }
  await Promise.all(
    [...wanted].map(async ([traceId, contents]) => {
      const found = await storedSpans(store, traceId);
      const foundContents = found.map(contentOf);
      if (foundContents.sort().join() !== contents.sort().join()) {
        const inOrder = (spans: readonly Span[]): Span[] =>
          [...spans].sort((a, b) => (a.spanId + a.kind < b.spanId + b.kind ? -1 : 1));
        const expected = model.spans.filter((span) => span.traceId === traceId);
        agree(`trace ${traceId}`, inOrder(found), inOrder(expected));
        throw new Error(`trace ${traceId}: spans differ in their encoding only`);
      }
    })
  );
}

/** Searches for the query, and compares spansets and totals. */
export async function compareSearch(store: ChildStore, model: Model, query: string): Promise<void> {
  const hasTwins = (traceId: string): boolean => model.twinTraces.has(traceId);
  const wanted = tryNaiveSearch(
    query,
    model.spans.filter(({ traceId }) => !hasTwins(traceId))
  );
  if (wanted === undefined) {
    return;
  }
  let result;
  try {
    result = await store.search({ query, limit: LIMIT, spansPerSpanSet: LIMIT, order: 'newest', totals: true });
  } catch (error) {
    // A trace with twins may be what divides by zero.
    if (model.twinTraces.size > 0) {
      return;
    }
    throw error;
  }
  const found = result.traces.filter(({ traceId }) => !hasTwins(traceId));
  agree(
    query,
    found.map(({ traceId, spanCount, spanSets }) => ({
      traceId,
      spanCount,
      spansets: spanSets.map(({ matched, spans, attributes }) => ({
        matched,
        spanIds: spans.map(({ spanId }) => spanId),
        attributes: attributes.map(({ key, value }) => `${key} ${value.type} ${value.value}`),
      })),
    })),
    wanted.map(({ trace, spansets }) => ({
      traceId: trace.traceId,
      spanCount: trace.spans.length,
      spansets: spansets.map(({ spans: positions, attributes }) => ({
        matched: positions.length,
        spanIds: positions.map((position) => trace.spans[position]?.spanId ?? ''),
        attributes: attributes.map(({ name, value }) => {
          const shown = toTypedValue(value) ?? { type: 'string', value: 'nil' };
          return `${name} ${shown.type} ${shown.value}`;
        }),
      })),
    }))
  );
  if (model.twinTraces.size === 0) {
    const spans = wanted.flatMap(({ spansets }) => spansets).reduce((sum, set) => sum + set.spans.length, 0);
    agree(`${query} (totals)`, result.total, { traces: wanted.length, spans });
  }
}

async function compareMetrics(store: ChildStore, model: Model): Promise<void> {
  const step = SECOND / 2n;
  for (const query of [
    '{ } | count_over_time() by(resource.service.name, kind)',
    '{ .x != nil } | count_over_time() by(span.x)',
    '{ status = error } | max_over_time(duration) by(name)',
  ]) {
    const { series } = await store.metrics({ query, ...whole, step, exemplars: 0, maxSeries: LIMIT });
    const asText = (labels: readonly { key: string; value: unknown }[], values: Float64Array): string =>
      JSON.stringify([labels, [...values].map((value) => (Number.isNaN(value) ? null : value))]);
    agree(
      query,
      series.map(({ labels, values }) => asText(labels, values)).sort(),
      naiveMetrics(query, model.spans, { ...whole, step })
        .map(({ labels, values }) =>
          asText(
            labels.map(({ key, value }) => ({ key, value: toTypedValue(value) })),
            values
          )
        )
        .sort()
    );
  }
}

async function compareRates(store: ChildStore, model: Model): Promise<void> {
  const step = SECOND / 4n;
  const { total } = await store.red({ ...whole, query: '', rootsOnly: false, step, exemplarsPerCell: 0 });
  const counts = [...total.counts].map(() => 0);
  const errors = [...counts];
  for (const { startUnixNano, statusCode } of model.spans) {
    const bucket = Number((startUnixNano - whole.start) / step);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
    errors[bucket] = (errors[bucket] ?? 0) + (statusCode === 2 ? 1 : 0);
  }
  agree('rates', { counts: [...total.counts], errors: [...total.errors] }, { counts, errors });
}

async function compareTagValues(store: ChildStore, model: Model): Promise<void> {
  const tags: Readonly<Record<string, (span: Span) => string | undefined>> = {
    name: ({ name }) => name,
    'resource.service.name': ({ resource }) => findText(resource.attributes, 'service.name'),
  };
  for (const [tag, valueOf] of Object.entries(tags)) {
    const counts = new Map<string, number>();
    for (const span of model.spans) {
      const value = valueOf(span);
      if (value !== undefined) {
        counts.set(value, (counts.get(value) ?? 0) + 1);
      }
    }
    const wanted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([value]) => value);
    const { values } = await store.tagValues({ tag, limit: LIMIT });
    agree(
      `values of ${tag}`,
      values.map(({ value }) => value),
      wanted
    );
  }
}

async function compareGraph(store: ChildStore, model: Model): Promise<void> {
  const { edges } = await store.serviceGraph({ ...whole, query: '' });
  const found = edges
    .filter(({ client, server }) => isCallService(client) && isCallService(server))
    .map(({ client, server, requests }) => `${client} -> ${server}: ${requests}`);
  const wanted = [...countCalls(model.spans)].map(([edge, requests]) => `${edge}: ${requests}`);
  agree('service graph', found.sort(), wanted.sort());
}

/** Compares everything but searches of a test's own. */
export async function compareAll(store: ChildStore, model: Model): Promise<void> {
  await compareTraces(store, model);
  agree('number of spans', (await store.status()).spans, model.size);
  await compareSearch(store, model, '{}');
  await compareMetrics(store, model);
  await compareRates(store, model);
  await compareTagValues(store, model);
  await compareGraph(store, model);
}
