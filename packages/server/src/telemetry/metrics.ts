// SPDX-License-Identifier: Apache-2.0
//
// What the process tells about itself on /metrics: ingest and query counters and histograms, and the
// store's own status, asked for at each scrape. One registry per server, so that tests can run several.
import type { Store } from '@tracewell/store';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export type IngestProtocol = 'http-protobuf' | 'http-json' | 'http' | 'grpc';

/** Outcome of one export, for {@link Metrics.exported}. */
export interface ExportOutcome {
  readonly protocol: IngestProtocol;
  /** HTTP status, or the number of the gRPC status. */
  readonly status: number;
  readonly seconds: number;
  readonly bytes: number;
  readonly accepted?: number;
  readonly duplicates?: number;
  readonly rejected?: number;
}

export interface Metrics {
  exported(outcome: ExportOutcome): void;
  /** One answer of the query port; `endpoint` is the route's pattern, never the path itself. */
  answered(endpoint: string, status: number, seconds: number): void;
  /** Text in the Prometheus format, and its content type. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

const latencyBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Metrics of one server. `store` is asked for its status at each scrape. */
export function createMetrics(store: Pick<Store, 'status'>, version: string): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];

  new Gauge({ name: 'tracewell_build_info', help: 'Always 1', labelNames: ['version'], registers }).set({ version }, 1);
  const requests = new Counter({
    name: 'tracewell_ingest_requests_total',
    help: 'Exports by protocol and answer (HTTP status, or number of the gRPC status)',
    labelNames: ['protocol', 'status'],
    registers,
  });
  const spans = new Counter({
    name: 'tracewell_ingest_spans_total',
    help: 'Spans by what became of them; duplicates are counted as accepted too',
    labelNames: ['outcome'],
    registers,
  });
  const received = new Counter({
    name: 'tracewell_ingest_bytes_total',
    help: 'Bytes of exports as they arrived (compressed)',
    labelNames: ['protocol'],
    registers,
  });
  const acknowledgement = new Histogram({
    name: 'tracewell_ingest_duration_seconds',
    help: 'From the end of the request headers to the acknowledgement, commit and sync included',
    labelNames: ['protocol'],
    buckets: latencyBuckets,
    registers,
  });
  const queries = new Histogram({
    name: 'tracewell_query_duration_seconds',
    help: 'Answers of the query port by endpoint and status',
    labelNames: ['endpoint', 'status'],
    buckets: latencyBuckets,
    registers,
  });
  addStoreGauges(store, registers);

  return {
    exported: (outcome) => {
      const { protocol } = outcome;
      requests.inc({ protocol, status: outcome.status });
      received.inc({ protocol }, outcome.bytes);
      acknowledgement.observe({ protocol }, outcome.seconds);
      spans.inc({ outcome: 'accepted' }, outcome.accepted ?? 0);
      spans.inc({ outcome: 'duplicate' }, outcome.duplicates ?? 0);
      spans.inc({ outcome: 'rejected' }, outcome.rejected ?? 0);
    },
    answered: (endpoint, status, seconds) => queries.observe({ endpoint, status }, seconds),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

function addStoreGauges(store: Pick<Store, 'status'>, registers: Registry[]): void {
  // One question to the store answers for all gauges; each waits for it, so that none shows the scrape before.
  let asked: Promise<void> | undefined;
  const collect = () => {
    asked ??= update().finally(() => {
      asked = undefined;
    });
    return asked;
  };
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `tracewell_store_${name}`, help, labelNames, registers, collect });
  const blocks = gauge('blocks', 'Blocks by state', ['state']);
  const spans = gauge('spans', 'Spans stored');
  const bytes = gauge('bytes', 'Bytes of all blocks on disk');
  const sealedSpans = gauge('sealed_spans', 'Spans in sealed blocks');
  const sealedBytes = gauge('sealed_bytes', 'Bytes of sealed blocks on disk');
  const freeDisk = gauge('free_disk_bytes', 'Free space of the disk below the data folder');
  const oldest = gauge('oldest_span_timestamp_seconds', 'Start of the oldest span; absent while the store is empty');
  const newest = gauge('newest_span_timestamp_seconds', 'Start of the newest span; absent while the store is empty');
  const counters = gauge('counter', 'Counters of the store since its start, by name', ['name']);
  const up = gauge('up', '1 while the store answers');

  async function update(): Promise<void> {
    try {
      const status = await store.status();
      for (const state of ['open', 'sealing', 'sealed'] as const) {
        blocks.set({ state }, status.blocks.filter((block) => block.state === state).length);
      }
      spans.set(status.spans);
      bytes.set(status.bytes);
      const sealed = status.blocks.filter((block) => block.state === 'sealed');
      sealedSpans.set(sealed.reduce((sum, block) => sum + block.spans, 0));
      sealedBytes.set(sealed.reduce((sum, block) => sum + block.bytes, 0));
      freeDisk.set(status.freeDiskBytes);
      if (status.oldest !== undefined) {
        oldest.set(Number(status.oldest) / 1e9);
      }
      if (status.newest !== undefined) {
        newest.set(Number(status.newest) / 1e9);
      }
      for (const [name, value] of Object.entries(status.counters)) {
        counters.set({ name }, value);
      }
      up.set(1);
    } catch {
      up.set(0);
    }
  }
}
