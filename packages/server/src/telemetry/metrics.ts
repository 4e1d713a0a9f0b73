// SPDX-License-Identifier: Apache-2.0
//
// What the process tells about itself on /metrics: ingest and query counters and histograms, and the
// store's own status, asked for at each scrape. One registry per server, so that tests can run several.
import type { Store } from '@tracewell/store';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { renderStoreMetrics } from './store-metrics.ts';

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
  /** Why the export was refused as a whole. */
  readonly refused?: string;
}

export interface Metrics {
  exported(outcome: ExportOutcome): void;
  /** Where to ask, at each scrape, how busy a lane of queries is. */
  watchQueries(lane: string, load: () => QueryLoad): void;
  /** Where to ask for spans of the store's own that were stored and dropped. */
  watchSelfTracing(counters: () => { readonly sent: number; readonly dropped: number }): void;
  /** One answer of the query port; `endpoint` is the route's pattern, never the path itself. */
  answered(endpoint: string, status: number, seconds: number): void;
  /** Text in the Prometheus format, and its content type. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** How many queries run and wait, and how many were refused since the start. */
export interface QueryLoad {
  readonly running: number;
  readonly waiting: number;
  readonly refused: number;
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
  const refusals = new Counter({
    name: 'tracewell_ingest_refused_total',
    help: "Exports refused as a whole, by reason: a code of the store (docs/errors.md), or the server's own",
    labelNames: ['reason'],
    registers,
  });
  // A counter that begins at its first event hides that event from rates.
  for (const reason of ['overloaded', 'disk-full', 'limit', 'malformed']) {
    refusals.inc({ reason }, 0);
  }
  const lanes = new Map<string, () => QueryLoad>();
  addQueryGauges(lanes, registers);
  const queries = new Histogram({
    name: 'tracewell_query_duration_seconds',
    help: 'Answers of the query port by endpoint and status',
    labelNames: ['endpoint', 'status'],
    buckets: latencyBuckets,
    registers,
  });

  return {
    exported: (outcome) => {
      const { protocol } = outcome;
      requests.inc({ protocol, status: outcome.status });
      received.inc({ protocol }, outcome.bytes);
      acknowledgement.observe({ protocol }, outcome.seconds);
      spans.inc({ outcome: 'accepted' }, outcome.accepted ?? 0);
      spans.inc({ outcome: 'duplicate' }, outcome.duplicates ?? 0);
      spans.inc({ outcome: 'rejected' }, outcome.rejected ?? 0);
      if (outcome.refused !== undefined) {
        refusals.inc({ reason: outcome.refused });
      }
    },
    answered: (endpoint, status, seconds) => queries.observe({ endpoint, status }, seconds),
    watchQueries: (lane, load) => lanes.set(lane, load),
    watchSelfTracing: (counters) => addSelfTracing(counters, registers),
    render: async () => ({
      contentType: registry.contentType,
      text: `${await registry.metrics()}${await renderStoreMetrics(store)}`,
    }),
  };
}

function addQueryGauges(lanes: ReadonlyMap<string, () => QueryLoad>, registers: Registry[]): void {
  const labelNames = ['lane'];
  new Gauge({
    name: 'tracewell_queries_running',
    help: 'Queries that run: opening a trace and completing attributes are "quick", the others "long"',
    labelNames,
    registers,
    collect() {
      lanes.forEach((load, lane) => this.set({ lane }, load().running));
    },
  });
  new Gauge({
    name: 'tracewell_queries_waiting',
    help: 'Queries that wait for their turn (--max-waiting-queries)',
    labelNames,
    registers,
    collect() {
      lanes.forEach((load, lane) => this.set({ lane }, load().waiting));
    },
  });
  new Counter({
    name: 'tracewell_queries_refused_total',
    help: 'Queries refused because too many were waiting',
    labelNames,
    registers,
    collect() {
      this.reset();
      lanes.forEach((load, lane) => this.inc({ lane }, load().refused));
    },
  });
}

function addSelfTracing(
  counters: () => { readonly sent: number; readonly dropped: number },
  registers: Registry[]
): void {
  new Counter({
    name: 'tracewell_self_tracing_spans_total',
    help: "Spans of the store's own work (--self-tracing) by what became of them",
    labelNames: ['outcome'],
    registers,
    collect() {
      const { sent, dropped } = counters();
      this.reset();
      this.inc({ outcome: 'stored' }, sent);
      this.inc({ outcome: 'dropped' }, dropped);
    },
  });
}
