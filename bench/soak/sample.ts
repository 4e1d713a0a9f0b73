// SPDX-License-Identifier: Apache-2.0
//
// What is looked at during a soak: the process from outside (/proc) and by its own account (/metrics), the folder, and
// how long clients have waited since the last look.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { cpuSeconds, quantile } from '../src/process-cost.ts';

/** A column of the table, a line of a chart. */
export interface Measure {
  readonly key: string;
  readonly chart: string;
  /** Name of the line, where a chart has several. */
  readonly line: string;
  readonly unit: string;
  /** What must not go on growing: each sample, or what collections leave where it goes up and down between them. */
  readonly bounded?: 'samples' | 'floors';
}

const measure = (key: string, chart: string, line: string, unit: string, bounded?: Measure['bounded']): Measure => ({
  key,
  chart,
  line,
  unit,
  ...(bounded !== undefined && { bounded }),
});

/** Charts in their order; measures with the same chart share one. */
export const measures: readonly Measure[] = [
  measure('rss', 'Resident memory', 'resident', 'MB', 'samples'),
  measure('heap', 'Memory of the main thread', 'heap', 'MB', 'floors'),
  measure('external', 'Memory of the main thread', 'external', 'MB', 'samples'),
  measure('database', 'Memory of the database', 'in use', 'MB', 'samples'),
  measure('handles', 'File handles', 'open', '', 'samples'),
  measure('threads', 'Threads', 'threads', '', 'samples'),
  measure('cpu', 'CPU', 'cores', 'cores'),
  measure('ackP50', 'Acknowledgement', 'p50', 'ms', 'samples'),
  measure('ackP99', 'Acknowledgement', 'p99', 'ms', 'samples'),
  measure('queryP50', 'Queries', 'p50', 'ms', 'samples'),
  measure('queryP95', 'Queries', 'p95', 'ms', 'samples'),
  measure('rate', 'Ingest', 'acknowledged', 'spans/s'),
  measure('refused', 'Refusals and failures', 'requests', 'requests'),
  measure('blocks', 'Blocks', 'blocks', '', 'samples'),
  measure('disk', 'Data folder', 'on disk', 'MB', 'samples'),
  measure('expired', 'Blocks deleted by retention', 'so far', 'blocks'),
];

/** Seconds since the start, and the measures by key; NaN where there is none. */
export interface Sample {
  readonly seconds: number;
  readonly values: Readonly<Record<string, number>>;
}

/** What the clients have seen since the last sample. */
export interface Interval {
  readonly acknowledgements: number[];
  readonly queries: number[];
  spans: number;
  refused: number;
}

const MEGABYTE = 1e6;

/** Takes samples of a process. */
export class Sampler {
  private readonly pid: number;
  private readonly url: string;
  private readonly dataDir: string;
  private readonly begin = performance.now();
  private last = performance.now();
  private lastCpu: number;

  constructor(pid: number, url: string, dataDir: string) {
    this.pid = pid;
    this.url = url;
    this.dataDir = dataDir;
    this.lastCpu = cpuSeconds(pid);
  }

  async take(interval: Interval): Promise<Sample> {
    const metrics = await this.metrics();
    const status = readFileSync(`/proc/${String(this.pid)}/status`, 'utf8');
    const now = performance.now();
    const cpu = cpuSeconds(this.pid);
    const elapsed = (now - this.last) / 1000;
    const values = {
      rss: (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024) / MEGABYTE,
      heap: metrics('nodejs_heap_size_used_bytes') / MEGABYTE,
      external: metrics('nodejs_external_memory_bytes') / MEGABYTE,
      database: metrics('tracewell_store_database_memory_bytes') / MEGABYTE,
      handles: readdirSync(`/proc/${String(this.pid)}/fd`).length,
      threads: Number(/Threads:\s+(\d+)/.exec(status)?.[1]),
      cpu: (cpu - this.lastCpu) / elapsed,
      ackP50: quantile(interval.acknowledgements, 0.5),
      ackP99: quantile(interval.acknowledgements, 0.99),
      queryP50: quantile(interval.queries, 0.5),
      queryP95: quantile(interval.queries, 0.95),
      rate: interval.spans / elapsed,
      refused: interval.refused,
      blocks: metrics('tracewell_store_blocks'),
      disk: bytesBelow(this.dataDir) / MEGABYTE,
      expired: metrics('tracewell_store_blocks_expired_total'),
    };
    this.last = now;
    this.lastCpu = cpu;
    return { seconds: (now - this.begin) / 1000, values };
  }

  /** Sums of the series of a metric; NaN if there is none of that name. */
  private async metrics(): Promise<(name: string) => number> {
    const lines = (await (await fetch(`${this.url}/metrics`)).text()).split('\n');
    return (name) => {
      const found = lines.filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
      return found.length === 0
        ? Number.NaN
        : found.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
    };
  }
}

/** Files come and go while they are counted. */
function bytesBelow(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) {
      bytes += statSync(path.join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
    }
  }
  return bytes;
}

export function toCsv(samples: readonly Sample[]): string {
  const keys = measures.map(({ key }) => key);
  const lines = samples.map(({ seconds, values }) =>
    [seconds.toFixed(1), ...keys.map((key) => format(values[key]))].join(',')
  );
  return [['seconds', ...keys].join(','), ...lines, ''].join('\n');
}

function format(value = Number.NaN): string {
  return Number.isNaN(value) ? '' : String(Math.round(value * 1000) / 1000);
}
