// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, test } from '@jest/globals';
import { createHostData } from './host-data.ts';
import { fetchTransport, startServer } from './testing/http.ts';
import type { TestServer } from './testing/http.ts';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const { signal } = new AbortController();
const range = { from: 1_795_236_000_000, to: 1_795_236_060_000 };
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** Answers every question with `json`; the last question is in `asked`. */
async function answering(json: object, status = 200) {
  const made = await startServer((_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
  );
  server = made;
  const asked = () => new URL(made.asked.at(-1) ?? '', 'http://store');
  return { data: createHostData(fetchTransport(made.url)), asked };
}

describe('over time', () => {
  const question = { query: '{} | rate() by (status)', range, stepMs: 15_000, exemplars: 10 };

  test('asks in nanoseconds, with the step in seconds', async () => {
    const { data, asked } = await answering({});
    expect(await data.metrics(question, signal)).toEqual({ times: [], stepMs: 15_000, series: [], inspectedSpans: 0 });
    expect(asked().pathname).toBe('/api/metrics/query_range');
    expect(Object.fromEntries(asked().searchParams)).toEqual({
      q: question.query,
      start: '1795236000000000000',
      end: '1795236060000000000',
      step: '15',
      exemplars: '10',
    });
    await data.metrics({ ...question, stepMs: 250, exemplars: 0 }, signal);
    expect(asked().searchParams.get('step')).toBe('0.25');
    expect(asked().searchParams.has('exemplars')).toBe(false);
  });

  test('series of different times share one row of times, in which a step that nobody has is a gap', async () => {
    const { data } = await answering({
      series: [
        {
          labels: [text('status', 'error')],
          // A zero is left out, and so is a step without a value.
          samples: [{ timestampMs: '1795236015000' }, { timestampMs: '1795236060000', value: 2.5 }],
        },
        { labels: [text('status', 'ok')], samples: [{ timestampMs: '1795236030000', value: 'NaN' }] },
      ],
      metrics: { inspectedSpans: '12' },
    });
    const answer = await data.metrics(question, signal);
    expect(answer.times).toEqual([15, 30, 45, 60].map((second) => range.from + second * 1000));
    expect(answer.series.map(({ values }) => values)).toEqual([
      [0, undefined, undefined, 2.5],
      [undefined, undefined, undefined, undefined],
    ]);
    expect(answer.series[0]?.labels).toEqual([{ key: 'status', value: { type: 'keyword', value: 'error' } }]);
    expect(answer.inspectedSpans).toBe(12);
    expect(answer.partial).toBeUndefined();
  });

  test('labels have types', async () => {
    const { data } = await answering({
      series: [
        {
          labels: [
            text('resource.service.name', 'cart'),
            text('span.team', 'nil'),
            { key: 'span.code', value: { intValue: '500' } },
            { key: '__bucket', value: { doubleValue: 0.004194304 } },
            { key: 'span.ok', value: { boolValue: true } },
          ],
        },
      ],
    });
    const [series] = (await data.metrics(question, signal)).series;
    expect(series?.labels.map(({ value }) => value)).toEqual([
      { type: 'string', value: 'cart' },
      { type: 'nil', value: 'nil' },
      { type: 'int', value: '500' },
      { type: 'float', value: '0.004194304' },
      { type: 'bool', value: 'true' },
    ]);
  });

  test('exemplars have whole ids; without a trace, and where none were wanted, there are none', async () => {
    const exemplars = [
      {
        labels: [text('trace:id', '7A81e94aece79'), text('span:id', 'ab'), text('duration', '2.1ms')],
        value: 0.0021,
        timestampMs: '1795236015000',
      },
      { labels: [text('trace:id', '1')], value: 'NaN', timestampMs: '1795236015000' },
      { labels: [text('duration', '1ms')], value: 1, timestampMs: '1795236015000' },
      { labels: [text('trace:id', '2')], value: 1 },
    ];
    const { data } = await answering({ series: [{ samples: [], exemplars }] });
    const found = (await data.metrics(question, signal)).series[0]?.exemplars;
    expect(found).toEqual([
      {
        traceId: '0000000000000000000' + '7a81e94aece79',
        spanId: '00000000000000ab',
        time: 1_795_236_015_000,
        value: 0.0021,
        labels: [{ key: 'duration', value: { type: 'duration', value: '2.1ms' } }],
      },
      { traceId: '0'.repeat(31) + '1', time: 1_795_236_015_000, labels: [] },
    ]);
    const none = await data.metrics({ ...question, exemplars: 0 }, signal);
    expect(none.series[0]?.exemplars).toEqual([]);
  });

  test('a partial answer says why', async () => {
    const { data } = await answering({ series: [], status: 'PARTIAL', message: 'too many series' });
    expect((await data.metrics(question, signal)).partial).toBe('too many series');
  });
});

test('without a step it is one value for the whole range', async () => {
  const { data, asked } = await answering({ series: [{ labels: [text('name', 'a')], value: 3 }, { labels: [] }] });
  const answer = await data.metrics({ query: '{} | rate()', range, exemplars: 10 }, signal);
  expect(asked().pathname).toBe('/api/metrics/query');
  expect([...asked().searchParams.keys()]).toEqual(['q', 'start', 'end']);
  expect(answer).toMatchObject({ times: [range.to], stepMs: 60_000 });
  expect(answer.series.map(({ values }) => values)).toEqual([[3], [0]]);
});

test('a store that cannot is said with its own words', async () => {
  const { data } = await answering({ error: { code: 'not-supported', message: 'rate() not yet supported' } }, 400);
  await expect(data.metrics({ query: '{} | rate()', range, exemplars: 0 }, signal)).rejects.toMatchObject({
    code: 'not-supported',
    message: 'rate() not yet supported',
  });
});
