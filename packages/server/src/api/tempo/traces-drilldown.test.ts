// SPDX-License-Identifier: Apache-2.0
//
// The queries of Grafana's Traces Drilldown, screen by screen and as that app writes them, over HTTP against a small
// shop: every screen has its data. The app asks through Grafana's Tempo data source, so this is its whole contract.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type {
  TempoQueryRangeJson,
  TempoSearchJson,
  TempoTagsV2Json,
  TempoTagValuesV2Json,
  TempoTimeSeriesJson,
  TempoValueJson,
} from '@tracewell/protocols';
import type { Span } from '@tracewell/trace';
import { drawnSpans, startRealServer, type RealServer } from '../../testing/real-server.ts';

const SECOND = 1_000_000_000n;
const START = 1_700_000_000n;
const END = START + 600n;

// One request every ten seconds for ten minutes; every fifth fails at the payment, which tells of an exception, and
// puts a message into a queue that is worked off later.
const good = `
  web      GET /checkout     |--------------------|       [kind=server http.response.status_code=200]
  web        POST cart         |-----|                    [kind=client]
  cart         POST /cart       |---|                     [kind=server]
  cart           HGETALL         |-|                      [kind=client db.system.name=redis]
  mail       send mail                        |---|       [kind=consumer]
`;
const bad = `
  web      GET /checkout     |----------------------------------------|   [kind=server status=error http.response.status_code=500]
  web        POST payment      |-----------------------------------|      [kind=client status=error]
  payment      POST /pay        |--------------------------------|        [kind=server status=error message="card refused"]
`;

let real: RealServer;

beforeAll(async () => {
  real = await startRealServer();
  for (let index = 0; index < 60; index++) {
    const failed = index % 5 === 4;
    const traceId = (0xa000 + index).toString(16).padStart(32, '0');
    const start = (START + BigInt(index) * 10n + 5n) * SECOND;
    const spans = drawnSpans(failed ? bad : good, traceId, start);
    await real.ingest(failed ? spans.map(withException) : spans);
  }
});
afterAll(() => real.close());

function withException(span: Span): Span {
  const [service] = span.resource.attributes;
  if (service?.value !== 'payment') {
    return span;
  }
  const attributes = [
    { key: 'exception.type', value: 'CardError' },
    { key: 'exception.message', value: 'the card was refused' },
    { key: 'exception.stacktrace', value: 'at pay()\nat main()' },
  ];
  const event = { timeUnixNano: span.endUnixNano, name: 'exception', attributes, droppedAttributesCount: 0 };
  return { ...span, events: [event] };
}

const range = { start: String(START), end: String(END) };
const ROOTS = 'nestedSetParent<0';

async function answer<T>(route: string, parameters: Record<string, string | number>): Promise<T> {
  const { status, text } = await real.get(route, parameters, { accept: 'application/json' });
  if (status !== 200) {
    throw new Error(`${JSON.stringify(parameters)} was answered ${status}: ${text}`);
  }
  return JSON.parse(text) as T;
}

/** As Grafana's data source asks for a graph of 50 samples. */
const graph = async (q: string, step = '12s'): Promise<readonly TempoTimeSeriesJson[]> => {
  const { series, status } = await answer<TempoQueryRangeJson>('/api/metrics/query_range', {
    q,
    ...range,
    step,
    exemplars: 100,
  });
  expect(status).toBeUndefined();
  return series;
};

const search = async (q: string, limit: number, spss: number) =>
  (await answer<TempoSearchJson>('/api/search', { q, limit, spss, ...range })).traces;

const textOf = (value: TempoValueJson): string => String(Object.values(value)[0]);
const labelsOf = ({ labels = [] }: TempoTimeSeriesJson): Record<string, string> =>
  Object.fromEntries(labels.map(({ key, value }) => [key, textOf(value)]));
const sum = ({ samples }: TempoTimeSeriesJson): number =>
  samples.reduce((total, { value }) => total + Number(value), 0);

describe('the panels at the top', () => {
  test.each([
    [ROOTS, 60],
    ['true', 48 * 5 + 12 * 3],
    ['kind=server', 48 * 2 + 12 * 2],
    ['kind=consumer', 48],
    ['span.db.system.name!=""', 48],
  ])('rate of %s', async (signal, spans) => {
    const series = await graph(`{${signal} && true} | rate()`);
    expect(series.map(labelsOf)).toEqual([{ __name__: 'rate' }]);
    const [only] = series;
    // Per second in steps of 12 s.
    expect(only === undefined ? 0 : sum(only) * 12).toBeCloseTo(spans, 6);
  });

  test('errors', async () => {
    const [only] = await graph(`{${ROOTS} && true && status=error} | rate()`);
    expect(only === undefined ? 0 : sum(only) * 12).toBeCloseTo(12, 6);
  });

  test('duration: the line and the heatmap, with exemplars that open a trace', async () => {
    const line = await graph(`{${ROOTS} && true} | quantile_over_time(duration, 0.9)`);
    expect(line.map(labelsOf)).toEqual([{ p: '0.9' }]);
    const heatmap = await graph(`{${ROOTS} && true} | histogram_over_time(duration) with(sample=true)`);
    // 22 ms and 42 ms lie below 2^25 and 2^26 ns.
    expect(heatmap.map(labelsOf)).toEqual([{ __bucket: '0.033554432' }, { __bucket: '0.067108864' }]);
    expect(heatmap.map(sum)).toEqual([48, 12]);
    const exemplars = [...line, ...heatmap].flatMap((series) => series.exemplars ?? []);
    expect(exemplars.length).toBeGreaterThan(0);
    for (const { labels, value, timestampMs } of exemplars) {
      const id = labels.find(({ key }) => key === 'trace:id');
      expect(id === undefined ? '' : textOf(id.value)).toMatch(/^a0[0-9a-f]{2}$/);
      expect(value).toBeGreaterThan(0);
      expect(Number(timestampMs)).toBeGreaterThan(Number(START) * 1000);
    }
  });
});

describe('the breakdown', () => {
  test.each([
    ['resource.service.name', { web: 48 * 2 + 12 * 2, cart: 96, mail: 48, payment: 12 }],
    [
      'name',
      {
        'GET /checkout': 60,
        'POST cart': 48,
        'POST /cart': 48,
        HGETALL: 48,
        'send mail': 48,
        'POST payment': 12,
        'POST /pay': 12,
      },
    ],
    ['status', { unset: 240, error: 36 }],
    ['span.http.response.status_code', { 200: 48, 500: 12 }],
    ['kind', { server: 120, client: 108, consumer: 48 }],
  ])('by %s', async (key, expected) => {
    const series = await graph(`{true && ${key} != nil} | rate() by(${key})`);
    const found = series.map((each) => [labelsOf(each)[key], Math.round(sum(each) * 12)]);
    expect(Object.fromEntries(found)).toEqual(expected);
  });

  test('errors and durations by service, and one tile of it', async () => {
    const errors = await graph(
      `{true && status=error && resource.service.name != nil} | rate() by(resource.service.name)`
    );
    expect(errors.map((each) => labelsOf(each)['resource.service.name']).sort()).toEqual(['payment', 'web']);
    const durations = await graph(
      `{${ROOTS} && resource.service.name != nil} | quantile_over_time(duration, 0.9) by(resource.service.name)`
    );
    expect(durations.map(labelsOf)).toEqual([{ 'resource.service.name': 'web', p: '0.9' }]);
    const tile = await graph(
      `{true && resource.service.name="cart"} | rate() by(resource.service.name) with(sample=true)`
    );
    expect(tile.map(labelsOf)).toEqual([{ 'resource.service.name': 'cart' }]);
  });
});

describe('the comparison', () => {
  /** One step as long as the range; the app adds up the samples. */
  const compare = async (selection: string): Promise<Map<string, number>> => {
    const series = await graph(`{${ROOTS} && true} | compare(${selection})`, '600s');
    return new Map(
      series.map((each) => {
        const { __meta_type: type, ...rest } = labelsOf(each);
        return [`${type ?? ''} ${Object.entries(rest).flat().join('=')}`, sum(each)];
      })
    );
  };

  test.each([
    ['{status = error}, 10'],
    ['{duration >= 40ms && duration <= 1s}, 10'],
    [`{status = error}, 10, ${START * SECOND}, ${END * SECOND}`],
  ])('%s', async (selection) => {
    const found = await compare(selection);
    expect(found.get('selection resource.service.name=web')).toBe(12);
    expect(found.get('baseline resource.service.name=web')).toBe(48);
    expect(found.get('selection span.http.response.status_code=500')).toBe(12);
    expect(found.get('baseline span.http.response.status_code=200')).toBe(48);
    expect(found.get('selection_total span.http.response.status_code=nil')).toBe(12);
    expect(found.get('baseline_total span.http.response.status_code=nil')).toBe(48);
  });

  test('everything is selected by {}', async () => {
    const found = await compare('{}, 10');
    expect(found.get('selection resource.service.name=web')).toBe(60);
    expect([...found.keys()].filter((key) => key.startsWith('baseline '))).toEqual([]);
  });
});

describe('the lists', () => {
  test('structure: one spanset for each trace, with the numbers that the tree is drawn from', async () => {
    const select = 'select(status, resource.service.name, name, nestedSetParent, nestedSetLeft, nestedSetRight)';
    const q = `({${ROOTS} && true} &>> { status = error }) || ({${ROOTS} && true}) | ${select}`;
    const traces = await search(q, 200, 20);
    expect(traces).toHaveLength(60);
    expect(traces.map(({ spanSets = [] }) => spanSets.length)).toEqual(traces.map(() => 1));
    // The newest is one of those that fail.
    const spans = (traces[0]?.spanSets?.[0]?.spans ?? []).map(({ name, attributes = [] }) => ({
      name,
      ...Object.fromEntries(attributes.map(({ key, value }) => [key, textOf(value)])),
    }));
    expect(spans).toEqual([
      {
        name: 'GET /checkout',
        status: 'error',
        'service.name': 'web',
        nestedSetParent: '-1',
        nestedSetLeft: '1',
        nestedSetRight: '6',
      },
      {
        name: 'POST payment',
        status: 'error',
        'service.name': 'web',
        nestedSetParent: '1',
        nestedSetLeft: '2',
        nestedSetRight: '5',
      },
      {
        name: 'POST /pay',
        status: 'error',
        'service.name': 'payment',
        nestedSetParent: '2',
        nestedSetLeft: '3',
        nestedSetRight: '4',
      },
    ]);
  });

  test.each([['duration > 30ms'], ['kind = server']])('structure of %s', async (right) => {
    const q = `({${ROOTS} && true} &>> { ${right} }) || ({${ROOTS} && true}) | select(status, name, nestedSetLeft)`;
    expect(await search(q, 200, 20)).toHaveLength(60);
  });

  test('spans, those with errors, and the slow ones', async () => {
    const select = 'select(status, resource.service.name, name, span.http.response.status_code)';
    expect(await search(`{${ROOTS} && true} | ${select}`, 200, 10)).toHaveLength(60);
    expect(await search(`{${ROOTS} && true && status = error} | ${select}`, 200, 10)).toHaveLength(12);
    const slow = await search(`{${ROOTS} && true && duration > 30ms} | ${select}`, 200, 10);
    expect(slow).toHaveLength(12);
    expect(slow[0]?.spanSets?.[0]?.spans?.[0]?.attributes).toContainEqual({
      key: 'http.response.status_code',
      value: { intValue: '500' },
    });
  });

  test('exceptions: what events tell, the newest first', async () => {
    const fields = 'event.exception.message,event.exception.stacktrace,event.exception.type';
    const q = `{true && status = error} | select(resource.service.name, ${fields}) with(most_recent=true)`;
    const traces = await search(q, 400, 10);
    expect(traces).toHaveLength(12);
    const told = traces[0]?.spanSets?.[0]?.spans?.flatMap(({ attributes = [] }) => attributes) ?? [];
    expect(told).toContainEqual({ key: 'exception.message', value: { stringValue: 'the card was refused' } });
    expect(told).toContainEqual({ key: 'exception.type', value: { stringValue: 'CardError' } });
    const starts = traces.map(({ startTimeUnixNano = '' }) => startTimeUnixNano);
    expect(starts).toEqual([...starts].sort().reverse());
    const one = await search(`{true && status = error && event.exception.message = "the card was refused"}`, 400, 10);
    expect(one).toHaveLength(12);
    const alike = await search('{true && status = error && event.exception.message =~ "^the card was .*$"}', 400, 10);
    expect(alike).toHaveLength(12);
  });
});

describe('the rest', () => {
  test('the time seeker: days in steps of 30 s, with samples', async () => {
    for (let batch = 0; batch < 3; batch++) {
      const end = END - BigInt(batch) * 14_400n;
      const answered = await answer<TempoQueryRangeJson>('/api/metrics/query_range', {
        q: `{${ROOTS} && true} | rate() with(sample=true)`,
        start: String(end - 14_400n),
        end: String(end),
        step: '30s',
      });
      expect(answered.series).toHaveLength(batch === 0 ? 1 : 0);
    }
  });

  test('the issue detector: a minute of everything is no error', async () => {
    const answered = await answer<TempoQueryRangeJson>('/api/metrics/query_range', { q: '{} | rate()', since: '1m' });
    expect(answered.series).toEqual([]);
  });

  test('the filter bar', async () => {
    const { scopes } = await answer<TempoTagsV2Json>('/api/v2/search/tags', { limit: 5000, ...range });
    const tagsOf = (scope: string) => scopes.find(({ name }) => name === scope)?.tags ?? [];
    expect(tagsOf('resource')).toEqual(['service.name']);
    expect([...tagsOf('span')].sort()).toEqual(['db.system.name', 'http.response.status_code']);
    expect([...tagsOf('event')].sort()).toEqual(['exception.message', 'exception.stacktrace', 'exception.type']);
    expect(tagsOf('intrinsic')).toEqual(expect.arrayContaining(['status', 'kind', 'name', 'rootServiceName']));
    const values = await answer<TempoTagValuesV2Json>('/api/v2/search/tag/resource.service.name/values', {
      q: '{status=error}',
      limit: 5000,
      tag: 'resource.service.name',
      ...range,
    });
    expect(values.tagValues).toEqual([
      { type: 'string', value: 'web' },
      { type: 'string', value: 'payment' },
    ]);
  });

  test('the drawer: a trace by its id', async () => {
    const { status, headers, bytes } = await real.get('/api/v2/traces/a000', {}, { accept: 'application/protobuf' });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/protobuf');
    expect(bytes.length).toBeGreaterThan(300);
  });
});
