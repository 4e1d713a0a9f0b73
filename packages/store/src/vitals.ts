// SPDX-License-Identifier: Apache-2.0
//
// How the store's thread and its DuckDB are: lag of the event loop, memory. For the metrics; a store that is too busy
// to say keeps what it said last.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { IntervalHistogram } from 'node:perf_hooks';
import type { BlockReader } from './blocks/reader.ts';

const RESOLUTION_MS = 20;
/** Nobody waits longer than this for figures. */
const PATIENCE_MS = 200;
const NANOS = 1e9;

/** See the head of the file. */
export class Vitals {
  private readonly lag: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private memory: Readonly<Record<string, number>> = {};

  constructor() {
    this.lag.enable();
  }

  /** Gauges by name; the lag is that since the last call. */
  async measure(reader: BlockReader): Promise<Readonly<Record<string, number>>> {
    try {
      const found = await reader.query(
        'SELECT sum(memory_usage_bytes)::DOUBLE AS used, sum(temporary_storage_bytes)::DOUBLE AS spilled FROM duckdb_memory()',
        [],
        { timeoutMs: PATIENCE_MS }
      );
      this.memory = {
        database_memory_bytes: found.numbers('used')[0] ?? 0,
        database_spilled_bytes: found.numbers('spilled')[0] ?? 0,
      };
    } catch {
      // All connections are busy: the queries say more about that than this figure would.
    }
    const lag = {
      event_loop_lag_p99_seconds: Math.max(0, this.lag.percentile(99) / NANOS - RESOLUTION_MS / 1000),
      event_loop_lag_max_seconds: Math.max(0, this.lag.max / NANOS - RESOLUTION_MS / 1000),
    };
    this.lag.reset();
    return { ...this.memory, ...lag };
  }

  close(): void {
    this.lag.disable();
  }
}
