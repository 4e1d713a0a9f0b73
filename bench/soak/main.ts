// SPDX-License-Identifier: Apache-2.0
//
// Ingest at a fixed rate for a long time, with queries beside it and retention deleting blocks, and a look at everything
// that could grow every few seconds. Writes soak.csv and soak.svg, and says what is flat. Options: --minutes; --rate in
// spans a second (four fifths of what is reached in a short run if it is not given); --protocol; --out, a folder;
// --block-spans and --retention-bytes, which follow from the length if they are not given.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createBenchGenerator, spansPerRequest, tracesPerRequest, type Generator } from '../src/generate.ts';
import { stream } from '../src/ingest.ts';
import { createSender, inFlight, type Protocol, type Sender } from '../src/senders.ts';
import { createStoreFolder, type RunningStore } from '../src/store-under-test.ts';
import { printTable } from '../src/table.ts';
import { plot } from './plot.ts';
import { measures, Sampler, toCsv, type Interval, type Sample } from './sample.ts';
import { floorsOf, trendOf, verdictOf, warmUpShare } from './trend.ts';

const { values } = parseArgs({
  options: {
    root: { type: 'string', default: process.cwd() },
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string' },
    protocol: { type: 'string', default: 'http' },
    out: { type: 'string', default: 'soak' },
    'block-spans': { type: 'string' },
    'retention-bytes': { type: 'string' },
  },
});

const SAMPLE_MS = 5000;
/** In this time a heap is collected at least once. */
const COLLECTED_MS = 60_000;
const PROBE_MS = 20_000;
const RATE_SHARE = 0.8;
/** Each kind of query once a second. */
const QUERY_MS = 1000;
const RETRY_MS = 100;
/** Blocks that one run fills, at least, so that retention has something to delete. */
const BLOCKS = 20;
const KEPT_BLOCKS = 6;
/** Bytes of a span, roughly: in a sealed block, and in an open one with its log. */
const SEALED_BYTES = 60;
const OPEN_BYTES = 500;

const minutes = numberOf('minutes', values.minutes);
const protocol = protocolOf(values.protocol);

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0 && Number.isFinite(number))) {
    throw new Error(`--${name}: expected a number above 0, found ${JSON.stringify(text)}`);
  }
  return number;
}

function protocolOf(text: string): Protocol {
  if (text !== 'http' && text !== 'grpc') {
    throw new Error(`--protocol: expected http or grpc, found ${JSON.stringify(text)}`);
  }
  return text;
}

/** Spans a second that a store takes as fast as they are acknowledged. */
async function reachedRate(generator: Generator): Promise<number> {
  const folder = createStoreFolder(values.root);
  try {
    const store = await folder.start();
    const sender = createSender(protocol, store.otlp);
    const sending = stream(sender, generator, 0);
    await sleep(PROBE_MS);
    const rate = await sending.stop();
    sender.close();
    await store.stop();
    return rate;
  } finally {
    folder.remove();
  }
}

/** Sends on time; what is refused is sent again, as exporters do. */
function sendSteadily(
  sender: Sender,
  generator: Generator,
  rate: number,
  seen: { interval: Interval; acknowledged: number },
  ended: AbortSignal
): Promise<unknown> {
  const begin = performance.now();
  let next = 0;
  const work = async () => {
    while (!ended.aborted) {
      const number = next;
      next += 1;
      const wait = begin + (number * spansPerRequest * 1000) / rate - performance.now();
      if (wait > 1) {
        await sleep(wait);
      }
      const body = generator.request(number, BigInt(Date.now()) * 1_000_000n);
      const start = performance.now();
      while (!(await isAcknowledged(sender, body)) && !ended.aborted) {
        seen.interval.refused += 1;
        await sleep(RETRY_MS);
      }
      seen.interval.acknowledgements.push(performance.now() - start);
      seen.interval.spans += spansPerRequest;
      seen.acknowledged = Math.max(seen.acknowledged, number);
    }
  };
  return Promise.all(Array.from({ length: inFlight }, work));
}

async function isAcknowledged(sender: Sender, body: Uint8Array): Promise<boolean> {
  try {
    await sender.send(body);
    return true;
  } catch {
    return false;
  }
}

/** One of each kind of query a second. */
async function askSteadily(
  store: RunningStore,
  generator: Generator,
  seen: { interval: Interval; acknowledged: number },
  ended: AbortSignal
): Promise<void> {
  const questions: readonly (() => string)[] = [
    () => {
      const request = Math.max(0, seen.acknowledged - 2 * inFlight);
      return `/api/v2/traces/${generator.traceId(request, request % tracesPerRequest)}`;
    },
    () => `/api/search?limit=20&q=${encodeURIComponent('{ status = error }')}&${range('')}`,
    () =>
      `/api/metrics/query_range?step=10&q=${encodeURIComponent('{ } | rate() by(resource.service.name)')}&${range('')}`,
    () => `/tracewell/api/v1/service-graph?${range('000000000')}`,
  ];
  const ask = async (question: () => string, delay: number) => {
    await sleep(delay);
    while (!ended.aborted) {
      const start = performance.now();
      const answer = await fetch(store.http + question()).catch(() => undefined);
      await answer?.arrayBuffer();
      if (answer?.ok !== true) {
        seen.interval.refused += 1;
      }
      const took = performance.now() - start;
      seen.interval.queries.push(took);
      await sleep(Math.max(0, QUERY_MS - took));
    }
  };
  await Promise.all(questions.map((question, index) => ask(question, (index * QUERY_MS) / questions.length)));
}

/** The last ten minutes. */
function range(nanos: string): string {
  const now = Math.ceil(Date.now() / 1000);
  return `start=${String(now - 600)}${nanos}&end=${String(now + 1)}${nanos}`;
}

function newInterval(): Interval {
  return { acknowledgements: [], queries: [], spans: 0, refused: 0 };
}

async function soak(store: RunningStore, dataDir: string, generator: Generator, rate: number): Promise<Sample[]> {
  const sender = createSender(protocol, store.otlp);
  const seen = { interval: newInterval(), acknowledged: 0 };
  const end = new AbortController();
  const work = Promise.all([
    sendSteadily(sender, generator, rate, seen, end.signal),
    askSteadily(store, generator, seen, end.signal),
  ]);
  const sampler = new Sampler(store.pid, store.http, dataDir);
  const samples: Sample[] = [];
  const begin = performance.now();
  while (performance.now() - begin < minutes * 60_000) {
    await sleep(SAMPLE_MS - ((performance.now() - begin) % SAMPLE_MS));
    const { interval } = seen;
    seen.interval = newInterval();
    samples.push(await sampler.take(interval));
  }
  end.abort();
  await work;
  sender.close();
  return samples;
}

/** Prints the table; returns what grows and must not. */
function judge(samples: readonly Sample[]): string[] {
  const times = samples.map(({ seconds }) => seconds);
  const growing: string[] = [];
  const figure = (value: number) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2));
  const rows = measures.map(({ key, chart, line, unit, bounded }) => {
    const taken = samples.map((sample) => sample.values[key] ?? Number.NaN);
    const trend = trendOf(times, bounded === 'floors' ? floorsOf(taken, COLLECTED_MS / SAMPLE_MS) : taken);
    if (trend === undefined) {
      return [`${chart}: ${line}`, unit, '', '', '', '', 'no figures'];
    }
    const verdict = verdictOf(trend);
    if (bounded !== undefined && verdict === 'grows') {
      growing.push(`${chart}: ${line}`);
    }
    return [
      `${chart}: ${line}`,
      unit,
      figure(trend.mean),
      figure(trend.least),
      figure(trend.most),
      `${figure(trend.slope)} +- ${figure(trend.doubt)}`,
      bounded === undefined ? '' : verdict,
    ];
  });
  printTable(
    `Without the first ${String(warmUpShare * 100)} %`,
    ['', 'unit', 'mean', 'least', 'most', 'slope an hour', ''],
    rows
  );
  return growing;
}

const generator = createBenchGenerator();
const rate = values.rate === undefined ? RATE_SHARE * (await reachedRate(generator)) : numberOf('rate', values.rate);
const spans = rate * minutes * 60;
const blockSpans = Math.round(
  values['block-spans'] === undefined
    ? Math.min(750_000, Math.max(20_000, spans / BLOCKS))
    : numberOf('block-spans', values['block-spans'])
);
const retentionBytes = Math.round(
  values['retention-bytes'] === undefined
    ? blockSpans * (2 * OPEN_BYTES + KEPT_BLOCKS * SEALED_BYTES)
    : numberOf('retention-bytes', values['retention-bytes'])
);
const title = `${rate.toFixed(0)} spans/s over ${protocol} for ${String(minutes)} minutes, four kinds of queries a second; blocks of ${String(blockSpans)} spans, ${(retentionBytes / 1e6).toFixed(0)} MB kept`;
process.stdout.write(`Soak: ${title}\n`);
const folder = createStoreFolder(values.root, [
  ...['--block-spans', String(blockSpans), '--retention-bytes', String(retentionBytes)],
]);
try {
  const store = await folder.start();
  const samples = await soak(store, folder.path, generator, rate);
  await store.stop();
  mkdirSync(values.out, { recursive: true });
  writeFileSync(path.join(values.out, 'soak.csv'), toCsv(samples));
  writeFileSync(path.join(values.out, 'soak.svg'), plot(title, samples));
  const growing = judge(samples);
  process.stdout.write(
    `${path.join(values.out, 'soak.svg')} has the plot. ${growing.length === 0 ? 'Nothing grows.' : `Growing: ${growing.join('; ')}.`}\n`
  );
  process.exitCode = growing.length === 0 ? 0 : 1;
} finally {
  folder.remove();
}
