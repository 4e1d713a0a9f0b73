// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createGenerator } from './generate.ts';
import type { IngestFigures } from './ingest.ts';
import { ingest } from './ingest.ts';
import { measureFreshness } from './freshness.ts';
import { cpuSeconds } from './process-cost.ts';
import { ask, planOf, questions } from './queries.ts';
import { bytesBelow, evict, metric, startStore } from './store-under-test.ts';
import { parsePeer, questionFor } from './peers.ts';
import { printTable } from './table.ts';
import { spansPerRequest } from './generate.ts';

const { values } = parseArgs({
  options: {
    root: { type: 'string' },
    spans: { type: 'string', default: '2000000' },
    hours: { type: 'string', default: '24' },
    rounds: { type: 'string', default: '20' },
    gzip: { type: 'boolean', default: false },
    /** How each TraceQL query is run, below the tables. */
    plans: { type: 'boolean', default: false },
    vs: { type: 'string', multiple: true, default: [] },
  },
});
const root = values.root ?? process.cwd();
const spans = Number(values.spans);
const hours = Number(values.hours);
const peers = values.vs.map(parsePeer);
const generator = createGenerator(20261121);
const dataDir = mkdtempSync(path.join(tmpdir(), 'tracewell-bench-data-'));
const figure = (value: number, digits = 0) => value.toLocaleString('en-US', { maximumFractionDigits: digits });

process.stdout.write(
  `${String(cpus().length)} cores, Node ${process.version}; data ${generator.checksum}, ${figure(generator.bytesPerSpan)} B a span on the wire\n`
);

function row(name: string, figures: IngestFigures): string[] {
  return [
    name,
    figure(figures.spans),
    figure(figures.spans / figures.seconds),
    figure(figures.cpuPerMillion, 1),
    figure(figures.p50),
    figure(figures.p99),
    figure(figures.peakMemory),
  ];
}

try {
  let store = await startStore(root, dataDir);
  const warmUp = await ingest(`${store.otlpHttp}/v1/traces`, store.pid, createGenerator(7), 60_000, hours, values.gzip);
  const cpuBefore = cpuSeconds(store.pid);
  const figures = await ingest(`${store.otlpHttp}/v1/traces`, store.pid, generator, spans, hours, values.gzip);
  // Blocks that are full are sealed in the background: that belongs to the price of a span.
  const sealing = performance.now();
  for (let quiet = 0, last = cpuSeconds(store.pid); quiet < 3 && performance.now() - sealing < 120_000;) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const now = cpuSeconds(store.pid);
    quiet = now - last < 0.1 ? quiet + 1 : 0;
    last = now;
  }
  const withSealing = ((cpuSeconds(store.pid) - cpuBefore) / figures.spans) * 1e6;
  const peerRows = [];
  for (const peer of peers) {
    const url = `${peer.otlpHttp}/v1/traces`;
    await ingest(url, peer.pid, createGenerator(7), 60_000, hours, values.gzip);
    peerRows.push(row(peer.name, await ingest(url, peer.pid, createGenerator(20261121), spans, hours, values.gzip)));
  }
  printTable(
    `Ingest over HTTP${values.gzip ? ', gzip' : ''}, synced before each acknowledgement (${figure(warmUp.spans)} spans of warm-up before)`,
    ['', 'spans', 'spans/s', 'CPU s per million', 'ack p50 ms', 'ack p99 ms', 'peak MB'],
    [row('tracewell', figures), ...peerRows]
  );
  process.stdout.write(`\nwith sealing: ${figure(withSealing, 1)} CPU s per million\n`);
  const sealed = await metric(store, 'tracewell_store_sealed_bytes');
  const sealedSpans = await metric(store, 'tracewell_store_sealed_spans');
  process.stdout.write(
    sealedSpans > 0
      ? `sealed: ${figure(sealedSpans)} spans, ${figure(sealed / sealedSpans, 1)} B a span; ${figure(bytesBelow(dataDir) / 1e6)} MB in the folder\n`
      : `nothing sealed yet; ${figure(bytesBelow(dataDir) / 1e6)} MB in the folder\n`
  );

  const fresh = await measureFreshness(store, 30);
  process.stdout.write(
    `found after its acknowledgement, the slowest of 30: by id ${figure(fresh.byId)} ms, by TraceQL ${figure(fresh.bySearch)} ms\n`
  );

  await store.stop();
  const end = Math.floor(Date.now() / 1000) + 60;
  const start = end - hours * 3600 - 120;
  const rows: string[][] = [];
  const against: string[][] = [];
  const plans: string[] = [];
  for (const question of questions(generator, Math.ceil(spans / spansPerRequest), start, end)) {
    // A fresh process and an empty page cache for each cold figure.
    evict(dataDir);
    store = await startStore(root, dataDir);
    const answer = await ask(store.http, question, Number(values.rounds));
    const plan = values.plans ? await planOf(store.http, question) : '';
    if (plan !== '') {
      plans.push(`${question.name}\n${plan}`);
    }
    await store.stop();
    rows.push([
      answer.name,
      figure(answer.cold, 1),
      figure(answer.p50, 1),
      figure(answer.p95, 1),
      figure(answer.bytes),
    ]);
    for (const peer of peers) {
      const same = questionFor(peer, question);
      if (peer.http !== undefined && same !== undefined) {
        const theirs = await ask(peer.http, same, Number(values.rounds));
        against.push([
          question.name,
          peer.name,
          figure(answer.p50, 1),
          figure(theirs.p50, 1),
          figure(answer.p95, 1),
          figure(theirs.p95, 1),
          figure(theirs.p50 / answer.p50, 2),
        ]);
      }
    }
  }
  printTable(
    `Queries over ${figure(spans)} spans of ${figure(hours)} h, milliseconds`,
    ['', 'cold', 'warm p50', 'warm p95', 'bytes'],
    rows
  );
  if (plans.length > 0) {
    process.stdout.write(`\n${plans.join('\n\n')}\n`);
  }
  if (against.length > 0) {
    printTable(
      'The same questions to the peers, warm, milliseconds (ratio: theirs through ours, median)',
      ['', 'peer', 'ours p50', 'theirs p50', 'ours p95', 'theirs p95', 'ratio'],
      against
    );
  }
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
