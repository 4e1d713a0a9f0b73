// SPDX-License-Identifier: Apache-2.0
//
// The order of the benchmark: ingest for a time (`--minutes`), then a folder with `--spans` spans, the questions to it
// alone and under ingest, and the same to the peers. README.md beside this folder has the options.
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { createBenchGenerator, createGenerator, spansPerRequest } from './generate.ts';
import type { Generator } from './generate.ts';
import { measureFreshness } from './freshness.ts';
import type { Amount } from './ingest.ts';
import { ingest } from './ingest.ts';
import type { Peer } from './peers.ts';
import { parsePeer } from './peers.ts';
import { questions } from './queries.ts';
import { askAlone, askPeer, askUnderIngest } from './query-run.ts';
import type { PeerAnswer } from './query-run.ts';
import type { IngestReport, PeerReport, QueryReport } from './report.ts';
import { figure, reportIngest, reportPeers, reportQueries } from './report.ts';
import type { Protocol } from './senders.ts';
import { createSender } from './senders.ts';
import type { StoreFolder } from './store-under-test.ts';
import { createStoreFolder, metric } from './store-under-test.ts';

const { values } = parseArgs({
  options: {
    root: { type: 'string' },
    minutes: { type: 'string', default: '0' },
    protocol: { type: 'string', default: 'http' },
    spans: { type: 'string', default: '2000000' },
    hours: { type: 'string', default: '24' },
    rounds: { type: 'string', default: '20' },
    'cold-rounds': { type: 'string', default: '3' },
    /** Spans a second beside the questions; half of what was reached if it is not given. */
    rate: { type: 'string' },
    gzip: { type: 'boolean', default: false },
    'no-queries': { type: 'boolean', default: false },
    /** Asks only the questions whose name has this in it. */
    only: { type: 'string', default: '' },
    /** How each TraceQL query is run, below the tables. */
    plans: { type: 'boolean', default: false },
    vs: { type: 'string', multiple: true, default: [] },
    'peer-spans': { type: 'string' },
  },
});
const root = values.root ?? process.cwd();
const spans = numberOf('spans', values.spans);
const hours = numberOf('hours', values.hours);
const peerSpans = Math.min(spans, numberOf('peer-spans', values['peer-spans'] ?? values.spans));
const rounds = { cold: numberOf('cold-rounds', values['cold-rounds']), warm: numberOf('rounds', values.rounds) };
const peers = values.vs.map(parsePeer);
const protocols = protocolsOf(values.protocol);
const warmUpSpans = 60_000;

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number) || number < 0) {
    throw new Error(`--${name}: expected a number, found ${JSON.stringify(text)}`);
  }
  return number;
}

function protocolsOf(text: string): readonly Protocol[] {
  if (text !== 'http' && text !== 'grpc' && text !== 'both') {
    throw new Error(`--protocol: expected http, grpc or both, found ${JSON.stringify(text)}`);
  }
  return text === 'both' ? ['http', 'grpc'] : [text];
}

/** Fills a folder and says what it cost. */
async function ingestInto(
  folder: StoreFolder,
  generator: Generator,
  protocol: Protocol,
  amount: Amount
): Promise<IngestReport> {
  const store = await folder.start();
  const sender = createSender(protocol, store.otlp, values.gzip);
  await ingest(sender, store.pid, createGenerator(7), { spans: warmUpSpans }, hours);
  const figures = await ingest(sender, store.pid, generator, amount, hours);
  sender.close();
  const sealedSpans = await metric(store, 'tracewell_store_sealed_spans');
  const sealedBytes = await metric(store, 'tracewell_store_sealed_bytes');
  await store.stop();
  return {
    name: 'tracewell',
    protocol,
    figures,
    storage: { sealedSpans, sealedBytes, folderBytes: folder.bytes(), spans: figures.spans + warmUpSpans },
  };
}

async function ingestIntoPeer(peer: Peer, protocol: Protocol): Promise<IngestReport> {
  const sender = createSender(protocol, peer.otlp, values.gzip);
  await ingest(sender, peer.pid, createGenerator(7), { spans: warmUpSpans }, hours);
  const figures = await ingest(sender, peer.pid, createBenchGenerator(), { spans: peerSpans }, hours);
  sender.close();
  return { name: peer.name, protocol, figures };
}

async function ingestForMinutes(minutes: number): Promise<void> {
  const reports: IngestReport[] = [];
  for (const protocol of protocols) {
    const folder = createStoreFolder(root);
    try {
      reports.push(await ingestInto(folder, createBenchGenerator(), protocol, { seconds: minutes * 60 }));
    } finally {
      folder.remove();
    }
  }
  reportIngest(`Ingest for ${figure(minutes)} minutes, synced before each acknowledgement`, reports);
}

async function queryRun(folder: StoreFolder, generator: Generator, spansPerSecond: number): Promise<void> {
  const end = Math.floor(Date.now() / 1000) + 60;
  const asked = questions(generator, {
    requests: Math.ceil(spans / spansPerRequest),
    peerRequests: Math.ceil(peerSpans / spansPerRequest),
    start: end - hours * 3600 - 600,
    end,
  }).filter(({ name }) => name.includes(values.only));
  const alone: QueryReport[] = [];
  for (const question of asked) {
    alone.push({ name: question.name, figures: await askAlone(folder, question, rounds, values.plans) });
  }
  const store = await folder.start();
  const loaded = await askUnderIngest(store, asked, rounds.warm, spansPerSecond);
  const fresh = await measureFreshness(store, 20);
  await store.stop();
  reportQueries(`Queries over ${figure(spans)} spans of ${figure(hours)} h, milliseconds`, alone, loaded);
  process.stdout.write(
    `\nfound after its acknowledgement, the slowest of 20 beside ${figure(fresh.spansPerSecond)} spans/s: by id ${figure(fresh.byId)} ms, by TraceQL ${figure(fresh.bySearch)} ms\n`
  );
  const theirs: PeerReport[] = [];
  for (const peer of peers) {
    const answers = new Map<string, PeerAnswer | undefined>();
    for (const question of asked) {
      answers.set(question.name, await askPeer(peer, question, rounds.warm));
    }
    theirs.push({ peer, answers });
  }
  reportPeers(alone, theirs, { ours: spans, theirs: peerSpans });
}

async function main(): Promise<void> {
  const generator = createBenchGenerator();
  process.stdout.write(
    `${String(cpus().length)} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}; data ${generator.checksum}: ${figure(generator.bytesPerSpan)} B and ${figure(generator.attributesPerSpan, 1)} attributes a span on the wire, ${figure(generator.keys)} attribute keys\n`
  );
  const minutes = numberOf('minutes', values.minutes);
  if (minutes > 0) {
    await ingestForMinutes(minutes);
  }
  const [protocol = 'http'] = protocols;
  const folder = createStoreFolder(root);
  try {
    const reports = [await ingestInto(folder, generator, protocol, { spans })];
    for (const peer of peers) {
      reports.push(await ingestIntoPeer(peer, protocol));
    }
    reportIngest(`Ingest of ${figure(spans)} spans`, reports);
    if (!values['no-queries']) {
      const { figures } = reports[0] ?? { figures: undefined };
      const reached = figures === undefined ? 0 : figures.spans / figures.seconds;
      await queryRun(folder, generator, values.rate === undefined ? reached / 2 : numberOf('rate', values.rate));
    }
  } finally {
    folder.remove();
  }
}

await main();
