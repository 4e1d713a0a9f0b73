// SPDX-License-Identifier: Apache-2.0
//
// What a client of Tempo finds here, route by route, over HTTP against a real store. docs/compatibility.md names
// these tests.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import path from 'node:path';
import protobuf from 'protobufjs';
import { drawnSpans, startRealServer, type RealServer } from '../../testing/real-server.ts';
import { send, type Answer } from '../../testing/test-server.ts';

const SECOND = 1_000_000_000n;
const START = 1_700_000_000n;
const messages = new protobuf.Root().loadSync(
  path.join(__dirname, '../../../../protocols/testing/proto/tempo/streaming.proto')
);

let real: RealServer;
let recent = 0n;

beforeAll(async () => {
  real = await startRealServer();
  const shop = `
    web   GET /cart   |----------|   [kind=server http.status_code=200 path="a/b"]
    cart    GetCart     |----|       [kind=client status=error db.system=redis]
  `;
  for (const id of [1, 2, 3]) {
    await real.ingest(drawnSpans(shop, `${id}`.padStart(32, '0'), (START + BigInt(id)) * SECOND));
  }
  recent = BigInt(Date.now()) * 1_000_000n - SECOND;
  await real.ingest(drawnSpans(`late  just now  |--|  [fresh=true]`, 'f'.repeat(32), recent));
});
afterAll(() => real.close());

const range = { start: String(START), end: String(START + 10n) };
const asProtobuf = { accept: 'text/plain, application/protobuf;q=0.5' };
const json = ({ text }: Answer): unknown => JSON.parse(text);
const decode = (type: string, { bytes }: Answer): Record<string, unknown> => {
  const message = messages.lookupType(`tempopb.${type}`);
  return message.toObject(message.decode(bytes), { longs: String });
};
const idsOf = (answer: Answer): string[] =>
  (json(answer) as { traces: { traceID: string }[] }).traces.map(({ traceID }) => traceID);

describe('in general', () => {
  test('protobuf where Accept asks for it anywhere, JSON otherwise', async () => {
    const search = await real.get('/api/search', { q: '{ status = error }', ...range }, asProtobuf);
    expect(search.headers['content-type']).toBe('application/protobuf');
    expect(decode('SearchResponse', search)).toMatchObject({
      traces: ['3', '2', '1'].map((traceID) => ({ traceID, rootServiceName: 'web' })),
      metrics: { completedJobs: 1 },
    });
    const tags = await real.get('/api/search/tags', {}, asProtobuf);
    expect(decode('SearchTagsResponse', tags)['tagNames']).toContain('http.status_code');
    const scopes = await real.get('/api/v2/search/tags', { scope: 'resource' }, asProtobuf);
    expect(decode('SearchTagsV2Response', scopes)['scopes']).toEqual([{ name: 'resource', tags: ['service.name'] }]);
    const texts = await real.get('/api/search/tag/service.name/values', range, asProtobuf);
    expect(decode('SearchTagValuesResponse', texts)['tagValues']).toEqual(expect.arrayContaining(['web', 'cart']));
    const values = await real.get('/api/v2/search/tag/span.http.status_code/values', range, asProtobuf);
    expect(decode('SearchTagValuesV2Response', values)['tagValues']).toEqual([{ type: 'int', value: '200' }]);
    const trace = await real.get('/api/traces/1', {}, asProtobuf);
    expect(trace.headers['content-type']).toBe('application/protobuf');
  });

  test('metrics are JSON whatever Accept asks for', async () => {
    for (const route of ['/api/metrics/query_range', '/api/metrics/query']) {
      const answer = await real.get(route, { q: '{} | rate()', ...range }, asProtobuf);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(json(answer)).toHaveProperty('series');
    }
  });

  test('the format for language models is answered in plain JSON', async () => {
    const accept = { accept: 'application/vnd.grafana.llm' };
    const answer = await real.get('/api/v2/traces/1', {}, accept);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(json(answer)).toHaveProperty('trace.resourceSpans');
  });

  test('a tenant may be named and changes nothing', async () => {
    for (const tenant of ['single-tenant', 'a|b', '..', '']) {
      const answer = await real.get('/api/search', { q: '{}', ...range }, { 'x-scope-orgid': tenant });
      expect(idsOf(answer)).toEqual(['3', '2', '1']);
    }
  });

  test.each([
    '/api/metrics/summary',
    '/api/mcp',
    '/api/overrides',
    '/api/v2/traces',
    '/status/runtime_config',
    '/status/usage-stats',
    '/status/overrides',
    '/api/search/ws',
  ])('%s is not there: 404', async (route) => {
    expect((await real.get(route)).status).toBe(404);
  });

  test('traces are not compared: 404', async () => {
    expect((await send(`${real.url}/api/v2/traces/diff`, { method: 'POST', body: '{}' })).status).toBe(404);
  });

  test('echo, and the build of the Tempo whose API this is', async () => {
    expect((await real.get('/api/echo')).text).toBe('echo');
    expect(json(await real.get('/api/status/buildinfo'))).toMatchObject({
      version: expect.stringMatching(/^2\.8\./),
      revision: expect.stringMatching(/^tracewell-/),
      goVersion: '',
    });
  });

  test('pages about the process: version, services, endpoints, configuration without secrets', async () => {
    expect((await real.get('/status/version')).text).toBe('tracewell 0.0.0-test\n');
    expect((await real.get('/status/services')).text).toMatch(/^store: Running \(7 spans in \d blocks?\)\n$/);
    expect((await real.get('/status/endpoints')).text.split('\n')).toContain('/api/metrics/query_range');
    const config = await real.get('/status/config');
    expect(config.text).toContain('\nmax-queries: 8\n');
    expect((await real.get('/status/config', { mode: 'diff' })).text).not.toContain('max-queries');
    expect((await real.get('/status/config', { mode: 'defaults' })).text).toContain('http-listen: 127.0.0.1:3200\n');
    expect((await real.get('/status')).text).toContain(config.text);
    const secret = await startRealServer(['--bearer-token', 'hunter2']);
    const shown = await secret.get('/status/config', {}, { authorization: 'Bearer hunter2' });
    await secret.close();
    expect(shown.text).toContain('\nbearer-token: ***\n');
    expect(shown.text).not.toContain('hunter2');
  });
});

describe('trace by id', () => {
  test('short ids are padded, in any case; what is no id is refused with its place', async () => {
    for (const id of ['1', '01', '0'.repeat(31) + '1']) {
      expect((await real.get(`/api/v2/traces/${id}`)).text).toContain('GetCart');
    }
    expect((await real.get('/api/v2/traces/F'.padEnd(47, 'F'))).text).toContain('just now');
    const letter = await real.get('/api/traces/12g4');
    expect(letter).toMatchObject({ status: 400, text: expect.stringContaining("invalid character 'g' at position 3") });
    const long = await real.get(`/api/traces/${'1'.repeat(33)}`);
    expect(long).toMatchObject({ status: 400, text: expect.stringContaining("can't be larger than 128 bits") });
  });

  test('version 1 has batches, version 2 a trace; ids are base64 in both', async () => {
    const first = json(await real.get('/api/traces/1')) as { batches: unknown[] };
    expect(first.batches).toHaveLength(2);
    const second = json(await real.get('/api/v2/traces/1'));
    expect(second).toEqual({
      trace: { resourceSpans: first.batches },
      metrics: { inspectedBytes: expect.any(String) },
    });
    expect(JSON.stringify(first)).toContain('"traceId":"AAAAAAAAAAAAAAAAAAAAAQ=="');
    expect(JSON.stringify(first)).toContain('"kind":"SPAN_KIND_SERVER"');
  });

  test('start and end narrow, mode is checked, a range the wrong way round is refused', async () => {
    expect((await real.get('/api/traces/1', { ...range, mode: 'blocks' })).status).toBe(200);
    expect((await real.get('/api/traces/1', { mode: 'x' })).status).toBe(400);
    const wrong = await real.get('/api/traces/1', { start: 5, end: 4 });
    expect(wrong).toMatchObject({
      status: 400,
      text: 'http parameter start must be before end. received start=5 end=4',
    });
  });

  test('too large: 422 by version 1, the part that fits by version 2', async () => {
    const small = await startRealServer(['--max-result-bytes', '150']);
    await small.ingest(
      drawnSpans(`web  one  |--|\nweb    two  |-|\nweb    three  |-|\nweb    four  |-|`, '1'.padStart(32, '0'), SECOND)
    );
    const first = await small.get('/api/traces/1');
    const second = await small.get('/api/v2/traces/1');
    await small.close();
    expect(first).toMatchObject({ status: 422, text: expect.stringMatching(/^trace exceeds max size: .* 150 bytes/) });
    expect(second.status).toBe(200);
    expect(json(second)).toMatchObject({ status: 'PARTIAL', message: expect.stringContaining('of 4 spans') });
  });
});

describe('search', () => {
  test('without a range: everything, the newest first, what came this second included', async () => {
    expect(idsOf(await real.get('/api/search', { q: '{}' }))).toEqual(['f'.repeat(32), '3', '2', '1']);
  });

  test('the same question gives the same answer', async () => {
    const ask = async () => idsOf(await real.get('/api/search', { q: '{}', limit: 2, ...range }));
    const first = await ask();
    expect(first).toEqual(['3', '2']);
    expect(await ask()).toEqual(first);
  });

  test('any length of range; one that begins and ends in the same second holds that second', async () => {
    expect(idsOf(await real.get('/api/search', { q: '{}', start: 1, end: 4_000_000_000 }))).toHaveLength(4);
    expect(idsOf(await real.get('/api/search', { q: '{}', start: Number(START) + 2, end: Number(START) + 2 }))).toEqual(
      ['2']
    );
    expect(idsOf(await real.get('/api/search', { q: '{ .fresh }', since: '1m' }))).toEqual(['f'.repeat(32)]);
  });

  test('tags of old clients: logfmt, names by substring, a parameter for each', async () => {
    expect(idsOf(await real.get('/api/search', { tags: 'db.system=redis http.status_code=200', ...range }))).toEqual(
      []
    );
    expect(idsOf(await real.get('/api/search', { tags: 'service.name=car', ...range }))).toHaveLength(3);
    expect(idsOf(await real.get('/api/search', { 'db.system': 'redis', limit: 10 }))).toHaveLength(3);
    const both = await real.get('/api/search', { q: '{}', tags: 'a=b' });
    expect(both).toMatchObject({ status: 400, text: "invalid request: can't specify tags and q in the same query" });
  });

  test('attributes are those that the query names, by their bare names; matched counts before the cut', async () => {
    const q = '{ resource.service.name = "web" || kind = client } | select(span.db.system, name, duration)';
    const answer = json(await real.get('/api/search', { q, spss: 1, limit: 1, ...range }));
    expect(answer).toMatchObject({
      traces: [
        {
          spanSets: [
            {
              matched: 2,
              spans: [
                {
                  spanID: expect.stringMatching(/^[0-9a-f]{16}$/),
                  name: 'GET /cart',
                  attributes: expect.arrayContaining([{ key: 'service.name', value: { stringValue: 'web' } }]),
                },
              ],
            },
          ],
        },
      ],
    });
  });

  test('grouping and aggregates are attributes of the spanset', async () => {
    const q = '{} | by(resource.service.name) | avg(duration) > 1ms';
    const answer = json(await real.get('/api/search', { q, limit: 1, ...range })) as {
      traces: { spanSets: { attributes: unknown[] }[] }[];
    };
    expect(answer.traces[0]?.spanSets.map(({ attributes }) => attributes)).toEqual([
      [
        { key: 'by(resource.service.name)', value: { stringValue: 'web' } },
        { key: 'avg(duration)', value: { stringValue: '11ms' } },
      ],
      [
        { key: 'by(resource.service.name)', value: { stringValue: 'cart' } },
        { key: 'avg(duration)', value: { stringValue: '5ms' } },
      ],
    ]);
  });
});

describe('names and values of attributes', () => {
  test('version 1 leaves intrinsics out unless they are asked for; version 2 has scopes', async () => {
    const names = json(await real.get('/api/search/tags')) as { tagNames: string[] };
    expect(names.tagNames).not.toContain('duration');
    const intrinsics = json(await real.get('/api/search/tags', { scope: 'intrinsic' })) as { tagNames: string[] };
    expect(intrinsics.tagNames).toEqual(
      expect.arrayContaining(['duration', 'name', 'status', 'kind', 'rootName', 'trace:rootService'])
    );
    expect(intrinsics.tagNames.filter((name) => name.startsWith('nestedSet'))).toEqual([]);
    expect(json(await real.get('/api/v2/search/tags', { scope: 'trace' }))).toEqual({ scopes: [], metrics: {} });
    expect(await real.get('/api/v2/search/tags', { scope: 'x' })).toMatchObject({
      status: 400,
      text: expect.stringContaining('invalid scope: x'),
    });
  });

  test('values: types, fixed answers, the most frequent first, an unknown parameter ignored', async () => {
    const valuesOf = async (tag: string, more: Record<string, string> = {}) =>
      (json(await real.get(`/api/v2/search/tag/${encodeURIComponent(tag)}/values`, more)) as { tagValues: unknown })
        .tagValues;
    expect(await valuesOf('status')).toEqual(['ok', 'error', 'unset'].map((value) => ({ type: 'keyword', value })));
    expect(await valuesOf('duration')).toEqual([]);
    expect(await valuesOf('.http.status_code', { tag: 'ignored', maxStaleValues: '5' })).toEqual([
      { type: 'int', value: '200' },
    ]);
    expect(await valuesOf('name', { q: '{ resource.service.name = "cart" && span.db.system =' })).toEqual([
      { type: 'string', value: 'GetCart' },
    ]);
  });

  test('a name that is no identifier is refused, a path without values is not there', async () => {
    expect(await real.get('/api/v2/search/tag/app.user.id/values')).toMatchObject({
      status: 400,
      text: expect.stringContaining('please provide a valid tagName: failed to parse identifier app.user.id: '),
    });
    expect((await real.get('/api/v2/search/tag/name')).status).toBe(404);
  });
});

describe('metrics', () => {
  const samplesOf = async (parameters: Record<string, string>) => {
    const answer = json(
      await real.get('/api/metrics/query_range', { q: '{ kind = server } | count_over_time()', ...parameters })
    ) as {
      series: { labels: unknown; samples: { timestampMs: string; value: number }[] }[];
    };
    return answer.series.map(({ samples }) =>
      samples.map(({ timestampMs, value }) => [Number(timestampMs) / 1000, value])
    );
  };
  const at = (offset: number): number => Number(START) + offset;

  test('buckets lie on multiples of the step, one more in front', async () => {
    const start = String(START + 1n);
    expect(await samplesOf({ start, end: String(START + 5n), step: '2s' })).toEqual([
      [
        [at(0), 0],
        [at(2), 2],
        [at(4), 1],
        [at(6), 0],
      ],
    ]);
  });

  test('a step as long as the range is one bucket that ends where the range ends', async () => {
    expect(await samplesOf({ ...range, start: String(START + 1n), step: '9s' })).toEqual([[[at(10), 2]]]);
  });

  test('ranges of years, and spans of this second', async () => {
    const now = BigInt(Date.now()) * 1_000_000n;
    const q = '{} | count_over_time() by(resource.service.name)';
    const answer = json(await real.get('/api/metrics/query_range', { q, start: 1, end: String(now), step: '7d' }));
    const late = { labels: [{ key: 'resource.service.name', value: { stringValue: 'late' } }] };
    expect(answer).toMatchObject({ series: expect.arrayContaining([expect.objectContaining(late)]) });
  });

  test('instant: one value for the whole range', async () => {
    const q = '{} | count_over_time() by(status)';
    expect(json(await real.get('/api/metrics/query', { q, ...range }))).toEqual({
      series: [
        { labels: [{ key: 'status', value: { stringValue: 'error' } }], value: 3 },
        { labels: [{ key: 'status', value: { stringValue: 'unset' } }], value: 3 },
      ],
      metrics: expect.any(Object),
    });
  });

  test.each([
    [{ q: '{} | rate()', start: '5', end: '4' }, 'end must be greater than start'],
    [
      { q: '{} | rate()', start: '0', end: '100000', step: '1' },
      'step of 1s is too small, minimum step for given range is 10s',
    ],
    [{ q: '{ nam = 1 } | rate()' }, 'invalid TraceQL query: parse error at line 1, col 3: '],
    [{ q: '{}' }, 'expected a metrics query, found a search'],
    [{}, 'invalid TraceQL query: '],
  ])('refused: %j', async (parameters, text) => {
    const answer = await real.get('/api/metrics/query_range', parameters);
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining(text) });
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  });
});
