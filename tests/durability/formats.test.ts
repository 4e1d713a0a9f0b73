// SPDX-License-Identifier: Apache-2.0
//
// Folders that earlier versions have written are opened by this one, and every trace comes back as it was sent. Each
// folder in tests/fixtures/ is a data folder as kill -9 left it (two sealed blocks, an open one in its log), compressed
// file by file, with the export requests that made it as OTLP JSON in sent.jsonl.
// MAKE_DATA_FIXTURE=1 makes the folder of the present format, if it is not there yet.
import { describe, expect, test } from '@jest/globals';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { everyField, toOtlpJson } from '../round-trip/every-field.ts';
import { decodeExport, encodeExport, flatten } from '../support/official-otlp.ts';
import type { FlatSpan, PlainMessage } from '../support/official-otlp.ts';
import { eventually, postExport, readMetrics, readTrace } from '../support/store-client.ts';
import { startTracewell } from '../support/tracewell-process.ts';

const fixtures = path.join(__dirname, '../fixtures');
const SENT = 'sent.jsonl';
/** Nothing is sealed or deleted for its age. */
const forever = ['--retention-age', '36500d', '--block-age', '36500d', '--min-free-disk', '0'];

function filesIn(folder: string, below = ''): string[] {
  return readdirSync(path.join(folder, below)).flatMap((name) => {
    const file = path.join(below, name);
    return statSync(path.join(folder, file)).isDirectory() ? filesIn(folder, file) : [file];
  });
}

function unpack(fixture: string): { dataDir: string; sent: PlainMessage[] } {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'tracewell-format-'));
  let sent: PlainMessage[] = [];
  for (const file of filesIn(fixture)) {
    const content = brotliDecompressSync(readFileSync(path.join(fixture, file)));
    const name = file.replace(/\.br$/, '');
    if (name === SENT) {
      sent = content
        .toString('utf8')
        .trim()
        .split('\n')
        .map((line) => fromOtlpJson(JSON.parse(line)));
    } else {
      mkdirSync(path.dirname(path.join(dataDir, name)), { recursive: true });
      writeFileSync(path.join(dataDir, name), content);
    }
  }
  return { dataDir, sent };
}

/** OTLP JSON has ids in hex, protobufjs wants base64. */
function fromOtlpJson(value: unknown): PlainMessage {
  const message = JSON.parse(JSON.stringify(value), (key, item: unknown) =>
    (key === 'traceId' || key === 'spanId' || key === 'parentSpanId') && typeof item === 'string'
      ? Buffer.from(item, 'hex').toString('base64')
      : item
  ) as PlainMessage;
  return decodeExport(encodeExport(message));
}

function byTrace(messages: readonly PlainMessage[]): Map<string, FlatSpan[]> {
  const traces = new Map<string, FlatSpan[]>();
  for (const item of messages.flatMap(flatten)) {
    const id = Buffer.from(String(item.span['traceId']), 'base64').toString('hex');
    traces.set(id, [...(traces.get(id) ?? []), item]);
  }
  return traces;
}

function sorted(spans: readonly FlatSpan[]): FlatSpan[] {
  return [...spans].sort((a, b) => (String(a.span['spanId']) < String(b.span['spanId']) ? -1 : 1));
}

/** Some traces of a shop, `block` of them in one block; the trace 0 goes on in every block. */
function shopRequest(block: number, spansPerTrace: number): PlainMessage {
  const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');
  const idOf = (trace: number, index: number) =>
    base64(
      `${trace.toString(16).padStart(4, '0')}${block.toString(16).padStart(4, '0')}${(index + 1).toString(16).padStart(8, '0')}`
    );
  const start = 1_763_000_000_000_000_000n + BigInt(block) * 3_600_000_000_000n;
  const services = ['checkout', 'payment', 'shipping'];
  return {
    resourceSpans: services.map((service, s) => ({
      resource: {
        attributes: [
          { key: 'service.name', value: { stringValue: service } },
          { key: 'host.name', value: { stringValue: `host-${String(block)}` } },
        ],
      },
      scopeSpans: [
        {
          scope: { name: 'shop', version: String(block) },
          spans: [0, block * 10 + 1, block * 10 + 2].flatMap((trace) =>
            Array.from({ length: spansPerTrace }, (_, i) => i)
              .filter((i) => i % services.length === s)
              .map((i) => ({
                traceId: base64(`${'f'.repeat(28)}${trace.toString(16).padStart(4, '0')}`),
                spanId: idOf(trace, i),
                ...(i > 0 && { parentSpanId: idOf(trace, Math.floor((i - 1) / 2)) }),
                name: `step ${String(i % 5)}`,
                kind: 1 + (i % 5),
                startTimeUnixNano: String(start + BigInt(trace) * 1_000_000_000n + BigInt(i) * 1_000_000n),
                endTimeUnixNano: String(start + BigInt(trace) * 1_000_000_000n + BigInt(i) * 1_000_000n + 5_000_000n),
                attributes: [
                  { key: 'http.request.method', value: { stringValue: i % 2 === 0 ? 'GET' : 'POST' } },
                  { key: 'http.response.status_code', value: { intValue: String(200 + (i % 3) * 100) } },
                  { key: 'app.item', value: { stringValue: `item-${String(i)}` } },
                  {
                    key: 'app.tags',
                    value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: String(i) }] } },
                  },
                  // Keys that few spans have: each makes a shape of its own.
                  { key: `app.rare.${String(block)}.${String(i)}`, value: { boolValue: true } },
                ],
                status: i % 11 === 0 ? { code: 2, message: 'failed' } : {},
                ...(i % 4 === 0 && {
                  events: [
                    {
                      timeUnixNano: String(start + BigInt(i)),
                      name: 'exception',
                      attributes: [{ key: 'exception.type', value: { stringValue: 'Oops' } }],
                    },
                  ],
                }),
                ...(i % 6 === 0 && {
                  links: [{ traceId: base64('ab'.repeat(16)), spanId: base64('cd'.repeat(8)), attributes: [] }],
                }),
              }))
          ),
        },
      ],
    })),
  };
}

function isInRange(nanos: unknown): boolean {
  const seconds = typeof nanos === 'string' ? Number(BigInt(nanos) / 1_000_000_000n) : 0;
  return seconds >= 1_762_000_000 && seconds < 1_764_000_000;
}

async function makeFixture(): Promise<void> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'tracewell-format-'));
  const sent: PlainMessage[] = [];
  for (const [block, flags] of [['--block-spans', '100'], ['--block-spans', '100'], []].entries()) {
    const store = await startTracewell(dataDir, [...forever, ...flags]);
    const requests = [everyField(block + 1).message, shopRequest(block, 40)];
    for (const message of requests) {
      const answer = await postExport(store, encodeExport(message));
      expect(answer.status).toBe(200);
      sent.push(message);
    }
    if (flags.length > 0) {
      await eventually('the block is sealed', async () =>
        [...(await readMetrics(store))].some(([name, value]) => name.includes('"sealed"') && value === block + 1)
          ? true
          : undefined
      );
      expect(await store.stop()).toBe(0);
    } else {
      await store.kill();
    }
  }
  const format = readFileSync(path.join(dataDir, 'FORMAT'), 'utf8').trim().split(' ')[1] ?? '';
  const fixture = path.join(fixtures, `data-format-${format}`);
  if (!existsSync(fixture)) {
    const pack = (name: string, content: Buffer) => {
      mkdirSync(path.dirname(path.join(fixture, name)), { recursive: true });
      const params = { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_QUALITY]: 11 };
      writeFileSync(path.join(fixture, `${name}.br`), brotliCompressSync(content, { params }));
    };
    filesIn(dataDir).forEach((name) => pack(name, readFileSync(path.join(dataDir, name))));
    pack(SENT, Buffer.from(`${sent.map((message) => JSON.stringify(toOtlpJson(message))).join('\n')}\n`));
  }
  rmSync(dataDir, { recursive: true, force: true });
}

if (process.env['MAKE_DATA_FIXTURE'] === '1') {
  test('make the folder of the present format', makeFixture, 120_000);
}

const folders = readdirSync(fixtures).filter((name) => name.startsWith('data-format-'));
describe.each(folders)('%s', (name) => {
  test('every trace comes back as it was sent, also after blocks were sealed and the store was restarted', async () => {
    const { dataDir, sent } = unpack(path.join(fixtures, name));
    const traces = byTrace(sent);
    expect(traces.size).toBeGreaterThan(9);
    const expected = [...traces.values()].reduce((sum, spans) => sum + spans.length, 0);
    for (const flags of [[], ['--block-spans', '10'], []]) {
      const store = await startTracewell(dataDir, [...forever, ...flags]);
      for (const [id, spans] of traces) {
        expect(sorted(flatten(await readTrace(store, id)))).toEqual(sorted(spans));
      }
      const inRange = [...traces.values()].flat().filter(({ span }) => isInRange(span['startTimeUnixNano']));
      const counted = await fetch(
        `${store.http}/api/metrics/query?q=${encodeURIComponent('{} | count_over_time()')}&start=1762000000&end=1764000000`
      );
      expect(await counted.json()).toMatchObject({ series: [{ value: inRange.length }] });
      if (flags.length > 0) {
        // One more span, and the open block is full.
        const more = everyField(9);
        expect((await postExport(store, encodeExport(more.message))).status).toBe(200);
        traces.set(more.traceId, flatten(decodeExport(encodeExport(more.message))));
        await eventually('the open block is sealed', async () =>
          [...(await readMetrics(store))].some(([sample, value]) => sample.includes('"sealed"') && value >= 3)
            ? true
            : undefined
        );
      }
      expect(await store.stop()).toBe(0);
    }
    expect(expected).toBeGreaterThan(300);
    rmSync(dataDir, { recursive: true, force: true });
  }, 120_000);
});
