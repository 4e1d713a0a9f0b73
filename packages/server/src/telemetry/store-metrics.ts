// SPDX-License-Identifier: Apache-2.0
//
// The store's own status as metrics in Prometheus' text format. Counters and distributions are the store's, asked for at
// each scrape, so they are written as they are instead of being counted a second time. A counter that is not in the
// table here is shown all the same, and a test asks for its line.
import type { HistogramStatus, Store, StoreStatus } from '@tracewell/store';

/** What each counter of the store counts; `_total` belongs to the name. */
export const storeCounterHelp: Readonly<Record<string, string>> = {
  spans_accepted_total: 'Spans stored',
  spans_duplicate_total: 'Spans that were stored already and were sent again',
  spans_rejected_total: 'Spans refused one by one, in requests that were stored otherwise',
  ingest_bytes_total: 'Bytes of requests as the store took them (protobuf, not compressed)',
  commits_total: 'Group commits',
  commit_seconds_total: 'Time in commits',
  blocks_sealed_total: 'Blocks sealed',
  seal_seconds_total: 'Time spent sealing',
  seal_failures_total: 'Seals that failed; the block stays open and is tried again',
  merges_total: 'Merges of small blocks',
  merge_failures_total: 'Merges that failed; their blocks stay as they were',
  merged_blocks_total: 'Blocks that became part of a larger one',
  merged_spans_total: 'Spans written again by merges',
  merged_bytes_total: 'Bytes of the blocks that merges have written',
  merge_seconds_total: 'Time spent merging',
  blocks_expired_total: 'Blocks that retention has deleted',
  blocks_broken_total: 'Blocks that could not be used and were set aside',
  database_reopened_total: 'Times that the database was opened anew after a failure',
  jobs_done_total: 'Jobs (verify, compact, delete) that were done',
  jobs_failed_total: 'Jobs that failed',
  jobs_cancelled_total: 'Jobs that were cancelled',
  job_seconds_total: 'Time spent on jobs',
};

/** What each gauge of the store says. */
export const storeGaugeHelp: Readonly<Record<string, string>> = {
  pending_spans: 'Spans received whose commit has not ended',
  max_pending_spans: 'Pending spans beyond which exporters are asked to come again (--max-pending-spans)',
  waiting_requests: 'Requests that wait for the commit of their spans',
  seals_waiting: 'Blocks that wait to be sealed, or are being sealed',
  merges_waiting: 'Merges and steps of jobs that wait, or run',
  jobs_running: 'Jobs that run, 0 or 1',
  jobs_waiting: 'Jobs that wait for the one that runs',
  exports_open: 'Exports under way; each keeps the blocks it began with',
  database_memory_bytes: 'Memory of the database engine, of which --memory-limit allows so much',
  database_spilled_bytes: 'Bytes that the database engine has spilled to the disk',
  event_loop_lag_p99_seconds: "Lag of the store's thread since the last scrape, 99th percentile",
  event_loop_lag_max_seconds: "Lag of the store's thread since the last scrape, greatest",
};

/** What each distribution of the store measures. */
export const storeHistogramHelp: Readonly<Record<string, string>> = {
  commit_duration_seconds: 'From the beginning of a commit until its spans are durable',
  seal_duration_seconds: 'Sealing one block',
  merge_duration_seconds: 'One merge of small blocks',
};

const PREFIX = 'tracewell_store_';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [value: number, labels?: Labels, suffix?: string];

/** The metrics of a store, with a line break at the end; only `tracewell_store_up 0` of one that does not answer. */
export async function renderStoreMetrics(store: Pick<Store, 'status'>): Promise<string> {
  let status: StoreStatus;
  try {
    status = await store.status();
  } catch {
    return metric('up', 'gauge', '1 while the store answers', [[0]]);
  }
  return [metric('up', 'gauge', '1 while the store answers', [[1]]), ...statusMetrics(status)].join('');
}

function statusMetrics(status: StoreStatus): string[] {
  const { blocks, health, oldest, newest } = status;
  const sealed = blocks.filter(({ state }) => state === 'sealed');
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const states = ['ok', 'behind', 'disk-full', 'read-only'] as const;
  const lines = [
    metric('ready', 'gauge', '1 while queries are answered and spans are taken', [[health.canIngest ? 1 : 0]]),
    metric(
      'health',
      'gauge',
      '1 for the state that the store is in',
      states.map((state) => [health.state === state ? 1 : 0, { state }])
    ),
    metric(
      'blocks',
      'gauge',
      'Blocks by state',
      (['open', 'sealing', 'sealed'] as const).map((state) => [
        blocks.filter((block) => block.state === state).length,
        { state },
      ])
    ),
    metric('spans', 'gauge', 'Spans stored', [[status.spans]]),
    metric('bytes', 'gauge', 'Bytes of all blocks on disk', [[status.bytes]]),
    metric('sealed_spans', 'gauge', 'Spans in sealed blocks', [[sum(sealed.map(({ spans }) => spans))]]),
    metric('sealed_bytes', 'gauge', 'Bytes of sealed blocks on disk', [[sum(sealed.map(({ bytes }) => bytes))]]),
    metric('retention_bytes', 'gauge', 'Bytes beyond which the oldest blocks are deleted', [
      [status.retention.maxBytes],
    ]),
    metric('retention_seconds', 'gauge', 'Age at which blocks are deleted', [[status.retention.maxAgeMs / 1000]]),
    metric('free_disk_bytes', 'gauge', 'Free space of the disk below the data folder', [[status.freeDiskBytes]]),
    metric('broken_files', 'gauge', 'Files in broken/: set aside because they could not be used', [
      [status.broken.length],
    ]),
  ];
  const seconds = (nanos: bigint | undefined): Sample[] => (nanos === undefined ? [] : [[Number(nanos) / 1e9]]);
  lines.push(
    metric(
      'oldest_span_timestamp_seconds',
      'gauge',
      'Start of the oldest span; absent while the store is empty',
      seconds(oldest)
    ),
    metric(
      'newest_span_timestamp_seconds',
      'gauge',
      'Start of the newest span; absent while the store is empty',
      seconds(newest)
    )
  );
  const named = (help: Readonly<Record<string, string>>, name: string): string => help[name] ?? 'Not described';
  for (const [name, value] of Object.entries(status.counters)) {
    lines.push(metric(name, 'counter', named(storeCounterHelp, name), [[value]]));
  }
  for (const [name, value] of Object.entries(status.gauges ?? {})) {
    lines.push(metric(name, 'gauge', named(storeGaugeHelp, name), [[value]]));
  }
  for (const [name, histogram] of Object.entries(status.histograms ?? {})) {
    lines.push(metric(name, 'histogram', named(storeHistogramHelp, name), histogramSamples(histogram)));
  }
  return lines;
}

function histogramSamples({ bounds, counts, sum }: HistogramStatus): Sample[] {
  let total = 0;
  const buckets = counts.map((count, i): Sample => {
    total += count;
    return [total, { le: bounds[i] === undefined ? '+Inf' : String(bounds[i]) }, '_bucket'];
  });
  return [...buckets, [sum, {}, '_sum'], [total, {}, '_count']];
}

function metric(
  name: string,
  type: 'gauge' | 'counter' | 'histogram',
  help: string,
  samples: readonly Sample[]
): string {
  const full = PREFIX + name;
  const lines = samples.map(([value, labels = {}, suffix = '']) => {
    const text = Object.entries(labels).map(([label, shown]) => `${label}="${shown}"`);
    return `${full}${suffix}${text.length === 0 ? '' : `{${text.join(',')}}`} ${value}\n`;
  });
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join('')}`;
}
