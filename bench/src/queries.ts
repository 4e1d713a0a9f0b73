// SPDX-License-Identifier: Apache-2.0
//
// The questions of the benchmark, each asked once cold and several times warm.
import type { Generator } from './generate.ts';
import { tracesPerRequest } from './generate.ts';
import { quantile } from './process-cost.ts';

export interface Question {
  readonly name: string;
  /** Path and query; `round` is 0 for the cold one. Trace ids differ from round to round. */
  path(round: number): string;
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
  const search = (query: string) => () => `/api/search?q=${encodeURIComponent(query)}&limit=20&${range}`;
  return [
    {
      name: 'trace by id',
      path: (round) => {
        const request = (round * 7919 + 13) % requests;
        return `/api/v2/traces/${generator.traceId(request, round % tracesPerRequest)}`;
      },
    },
    { name: 'search: all, newest 20', path: search('{}') },
    {
      name: 'search: service and status',
      path: search('{ resource.service.name = "payment" && span.http.response.status_code = 500 }'),
    },
    { name: 'search: duration', path: search('{ duration > 80ms && span.http.route = "/checkout" }') },
    { name: 'search: no match', path: search('{ span.http.route = "/nowhere" }') },
    {
      name: 'search: regular expression',
      path: search('{ name =~ "SELECT (orders|items)" && span.user.id =~ "user-1234." }'),
    },
    { name: 'search: two spansets', path: search('{ status = error } && { resource.service.name = "fraud" }') },
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
