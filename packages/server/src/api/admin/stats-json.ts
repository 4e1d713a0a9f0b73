// SPDX-License-Identifier: Apache-2.0
//
// The store's state and statistics as one JSON object; `tracewell stats` shows the same of a folder at rest.
import type { AdminStatsJson } from '@tracewell/protocols';
import type { StoreStatistics, StoreStatus } from '@tracewell/store';

/** The body of GET admin/stats. */
export function toStatsJson(status: StoreStatus, statistics: StoreStatistics): AdminStatsJson {
  const { formatVersion, dataDir, retention, spans, bytes, freeDiskBytes, oldest, newest } = status;
  return {
    formatVersion,
    dataDir,
    retention,
    spans,
    traces: status.blocks.reduce((sum, { traces = 0 }) => sum + traces, 0),
    bytes,
    freeDiskBytes,
    ...(oldest !== undefined && { oldest: String(oldest) }),
    ...(newest !== undefined && { newest: String(newest) }),
    blocks: status.blocks.map(({ minTime, maxTime, ...block }) => ({
      ...block,
      minTime: String(minTime),
      maxTime: String(maxTime),
    })),
    services: statistics.services,
    columns: statistics.columns,
    setAside: statistics.setAside,
  };
}
