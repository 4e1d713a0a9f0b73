// SPDX-License-Identifier: Apache-2.0
//
// The questions of the benchmark, each asked once cold and several times warm.
import type { ExplainJson } from '@tracewell/protocols';
import type { Generator } from './generate.ts';
import { tracesPerRequest } from './generate.ts';
import { quantile } from './process-cost.ts';

export interface Question {
  readonly name: string;
  /** Path and query; `round` is 0 for the cold one. Trace ids differ from round to round. */
  path(round: number): string;
  /** The TraceQL in it, for its plan. */
  readonly traceQl?: string;
}

export interface QueryFigures {
  readonly name: string;
  readonly cold: number;
  readonly p50: number;
  readonly p95: number;
  readonly bytes: number;
}

/** All questions over a range in seconds since 1970. */
export function questions(generator: Generator, requests: number, start: number, end: number): Question[] {
  const range = `start=${String(start)}&end=${String(end)}`;
  const nanos = `start=${String(start)}000000000&end=${String(end)}000000000`;
  const search = (query: string) => ({
    traceQl: query,
    path: () => `/api/search?q=${encodeURIComponent(query)}&limit=20&${range}`,
  });
  const metrics = (query: string) => ({
    traceQl: query,
    path: () =>
      `/api/metrics/query_range?q=${encodeURIComponent(query)}&step=${String(Math.ceil((end - start) / 60))}&${range}`,
  });
  return [
    {
      name: 'trace by id',
      path: (round) => {
        const request = (round * 7919 + 13) % requests;
        return `/api/v2/traces/${generator.traceId(request, round % tracesPerRequest)}`;
      },
    },
    { name: 'search: all, newest 20', ...search('{}') },
    {
      name: 'search: service and status',
      ...search('{ resource.service.name = "payment" && span.http.response.status_code = 500 }'),
    },
    { name: 'search: duration', ...search('{ duration > 80ms && span.http.route = "/checkout" }') },
    { name: 'search: no match', ...search('{ span.http.route = "/nowhere" }') },
    {
      name: 'search: regular expression',
      ...search('{ name =~ "SELECT (orders|items)" && span.user.id =~ "user-1234." }'),
    },
    { name: 'search: two spansets', ...search('{ status = error } && { resource.service.name = "fraud" }') },
    { name: 'search: structural', ...search('{ span.user.tier = "gold" } >> { status = error }') },
    {
      name: 'search: aggregates',
      ...search('{ status = error } | by(resource.service.name) | count() > 1'),
    },
    { name: 'metrics: rate by service', ...metrics('{ } | rate() by(resource.service.name)') },
    { name: 'metrics: quantile by name', ...metrics('{ } | quantile_over_time(duration, .99) by(name)') },
    { name: 'metrics: histogram', ...metrics('{ kind = server } | histogram_over_time(duration)') },
    { name: 'metrics: compare', ...metrics('{ kind = server } | compare({ status = error })') },
    { name: 'tags', path: () => `/api/v2/search/tags?${range}` },
    { name: 'values of an attribute', path: () => `/api/v2/search/tag/span.http.route/values?${range}` },
    {
      name: 'rate, errors, durations',
      path: () =>
        `/tracewell/api/v1/red?q=&step=${String(Math.ceil((end - start) / 60))}000000000&roots=false&exemplars=1&${nanos}`,
    },
    { name: 'service graph', path: () => `/tracewell/api/v1/service-graph?q=&${nanos}` },
    {
      name: 'service graph, filtered',
      path: () => `/tracewell/api/v1/service-graph?q=${encodeURIComponent('{ span.user.tier = "gold" }')}&${nanos}`,
    },
  ];
}

/** Asks one question once cold and `rounds` times warm. */
export async function ask(http: string, question: Question, rounds: number): Promise<QueryFigures> {
  const waits: number[] = [];
  let bytes = 0;
  for (let round = 0; round <= rounds; round += 1) {
    const begin = performance.now();
    const response = await fetch(http + question.path(round), {
      headers: { Accept: question.name === 'trace by id' ? 'application/protobuf' : 'application/json' },
    });
    bytes = (await response.arrayBuffer()).byteLength;
    waits.push(performance.now() - begin);
    if (!response.ok) {
      throw new Error(`${question.name}: status ${String(response.status)}`);
    }
  }
  const [cold = Number.NaN, ...warm] = waits;
  return { name: question.name, cold, p50: quantile(warm, 0.5), p95: quantile(warm, 0.95), bytes };
}

/** How the store runs a question, as lines; '' for one without TraceQL. */
export async function planOf(http: string, question: Question): Promise<string> {
  const { traceQl } = question;
  if (traceQl === undefined) {
    return '';
  }
  const asked = new URL(http + question.path(1));
  const nanos = (name: string) => `${asked.searchParams.get(name) ?? ''}000000000`;
  const explain = new URL(`${http}/tracewell/api/v1/explain`);
  explain.searchParams.set('q', traceQl);
  explain.searchParams.set('limit', '20');
  explain.searchParams.set('start', nanos('start'));
  explain.searchParams.set('end', nanos('end'));
  const step = asked.searchParams.get('step');
  if (step !== null) {
    explain.searchParams.set('step', `${step}000000000`);
  }
  const response = await fetch(explain);
  if (!response.ok) {
    throw new Error(`the plan of ${traceQl}: status ${String(response.status)}, ${await response.text()}`);
  }
  const { plan, steps } = (await response.json()) as ExplainJson;
  const sums = new Map<string, { times: number; rows: number; milliseconds: number }>();
  for (const { what, rows, milliseconds } of steps) {
    const sum = sums.get(what) ?? { times: 0, rows: 0, milliseconds: 0 };
    sums.set(what, {
      times: sum.times + 1,
      rows: sum.rows + rows,
      milliseconds: sum.milliseconds + milliseconds,
    });
  }
  const lines = [...sums].map(
    ([what, { times, rows, milliseconds }]) =>
      `  ${what}: ${String(times)} statements, ${String(rows)} rows, ${milliseconds.toFixed(1)} ms`
  );
  return [plan, ...lines].join('\n');
}
