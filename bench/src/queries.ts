// SPDX-License-Identifier: Apache-2.0
//
// The questions of the benchmark, ours and what comes nearest to them in the APIs of the peers.
import type { ExplainJson } from '@tracewell/protocols';
import type { Generator } from './generate.ts';
import { tracesPerRequest } from './generate.ts';
import type { Api } from './peers.ts';

export interface Question {
  readonly name: string;
  /** Path and query; trace ids differ from round to round. */
  path(round: number): string;
  /** The TraceQL in it, for its plan. */
  readonly traceQl?: string;
  /** Paths of the same question in the APIs of peers that have it; Tempo's is ours if it is not given. */
  readonly peers: Partial<Record<Api, (round: number) => string>>;
}

/** What is stored: how many requests, and a range in seconds since 1970 that holds them all. */
export interface Stored {
  readonly requests: number;
  /** Of which the peers have the newest. */
  readonly peerRequests: number;
  readonly start: number;
  readonly end: number;
}

/** All questions. */
export function questions(generator: Generator, { requests, peerRequests, start, end }: Stored): Question[] {
  const range = `start=${String(start)}&end=${String(end)}`;
  const nanos = `start=${String(start)}000000000&end=${String(end)}000000000`;
  const micros = `start=${String(start)}000000&end=${String(end)}000000`;
  const step = Math.ceil((end - start) / 60);
  const jaeger = (fields: Readonly<Record<string, string>>) => ({
    jaeger: () => `/api/traces?${new URLSearchParams({ limit: '20', ...fields }).toString()}&${micros}`,
  });
  const same = (name: string, path: () => string, others: Question['peers'] = {}): Question => ({
    name,
    path,
    peers: { tempo: path, ...others },
  });
  const search = (name: string, query: string, others: Question['peers'] = {}): Question => ({
    ...same(`search: ${name}`, () => `/api/search?q=${encodeURIComponent(query)}&limit=20&${range}`, others),
    traceQl: query,
  });
  const metrics = (name: string, query: string): Question => ({
    ...same(
      `metrics: ${name}`,
      () => `/api/metrics/query_range?q=${encodeURIComponent(query)}&step=${String(step)}&${range}`
    ),
    traceQl: query,
  });
  const traceId = (round: number, of: number) =>
    generator.traceId(of - 1 - ((round * 7919 + 13) % of), round % tracesPerRequest);
  const ours = (name: string, path: string, others: Question['peers'] = {}): Question => ({
    name,
    path: () => path,
    peers: others,
  });
  return [
    {
      name: 'trace by id',
      path: (round) => `/api/v2/traces/${traceId(round, requests)}`,
      peers: {
        tempo: (round) => `/api/v2/traces/${traceId(round, peerRequests)}`,
        jaeger: (round) => `/api/traces/${traceId(round, peerRequests)}`,
      },
    },
    search('all, newest 20', '{}', jaeger({ service: 'web' })),
    search(
      'service and status',
      '{ resource.service.name = "payment" && span.rpc.grpc.status_code = 14 }',
      jaeger({ service: 'payment', tags: '{"rpc.grpc.status_code":"14"}' })
    ),
    search(
      'duration',
      '{ duration > 80ms && span.http.route = "/checkout" }',
      jaeger({ service: 'web', minDuration: '80ms', tags: '{"http.route":"/checkout"}' })
    ),
    search(
      'no match',
      '{ span.http.route = "/nowhere" }',
      jaeger({ service: 'web', tags: '{"http.route":"/nowhere"}' })
    ),
    search('regular expression', '{ name =~ "SELECT (orders|items)" && span.server.address =~ "c.*-db[.].*" }'),
    search('regular expression, rare', '{ name =~ "POST .*" && span.user.id =~ "user-0001234." }'),
    search(
      'attribute in the remainder',
      '{ span.app.shipping.carrier = "ups" && span.app.shipping.weight > 29.5 }',
      jaeger({ service: 'shipping', tags: '{"app.shipping.carrier":"ups"}' })
    ),
    search('attribute of an event', '{ event.exception.type = "java.lang.TimeoutException" }'),
    search('two spansets', '{ status = error } && { resource.service.name = "fraud" }'),
    search('structural', '{ span.user.tier = "gold" } >> { status = error }'),
    search('aggregates', '{ name = "SELECT items" } | by(resource.service.name) | count() > 8'),
    metrics('rate by service', '{ } | rate() by(resource.service.name)'),
    metrics('quantile by name', '{ } | quantile_over_time(duration, .99) by(name)'),
    metrics('histogram', '{ kind = server } | histogram_over_time(duration)'),
    metrics('compare', '{ kind = server } | compare({ status = error })'),
    same('tags', () => `/api/v2/search/tags?${range}`),
    same('values of an attribute', () => `/api/v2/search/tag/span.http.route/values?${range}`),
    ours(
      'rate, errors, durations',
      `/tracewell/api/v1/red?q=&step=${String(step)}000000000&roots=false&exemplars=1&${nanos}`
    ),
    ours('service graph', `/tracewell/api/v1/service-graph?q=&${nanos}`, {
      jaeger: () => `/api/dependencies?endTs=${String(end)}000&lookback=${String(end - start)}000`,
    }),
    ours(
      'service graph, filtered',
      `/tracewell/api/v1/service-graph?q=${encodeURIComponent('{ span.user.tier = "gold" }')}&${nanos}`
    ),
  ];
}

export interface Answer {
  readonly milliseconds: number;
  readonly bytes: number;
  /** Traces, series, tags or edges in it, where it can be told; says whether two programs answered the same. */
  readonly items: number | undefined;
}

/** Asks once. Rejects if the answer is not a success. */
export async function askOnce(http: string, name: string, path: string): Promise<Answer> {
  const begin = performance.now();
  const response = await fetch(http + path, {
    headers: { Accept: name === 'trace by id' ? 'application/protobuf, application/json' : 'application/json' },
  });
  const body = await response.arrayBuffer();
  const milliseconds = performance.now() - begin;
  if (!response.ok) {
    throw new Error(
      `${name}: status ${String(response.status)}, ${new TextDecoder().decode(body).slice(0, 200).replaceAll(/\s+/g, ' ')}`
    );
  }
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return {
    milliseconds,
    bytes: body.byteLength,
    items: isJson ? countItems(new TextDecoder().decode(body)) : undefined,
  };
}

const lists = ['traces', 'series', 'scopes', 'tagValues', 'data', 'edges'];

function countItems(text: string): number | undefined {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null) {
    return undefined;
  }
  const found = Object.entries(parsed).find(([key, value]) => lists.includes(key) && Array.isArray(value));
  return Array.isArray(found?.[1]) ? found[1].length : undefined;
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
