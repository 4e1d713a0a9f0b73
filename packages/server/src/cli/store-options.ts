// SPDX-License-Identifier: Apache-2.0
//
// From the configuration of a process to the options of its store.
import type { StoreOptions } from '@tracewell/store';
import type { Config } from '../config/options.ts';

/** The part of the configuration that the store takes. */
export function toStoreOptions(config: Config): StoreOptions {
  return {
    dataDir: config.dataDir,
    retention: { maxAgeMs: config.retentionAge, maxBytes: config.retentionBytes },
    limits: {
      maxSpansPerRequest: config.maxSpansPerRequest,
      maxAttributeBytes: config.maxAttributeBytes,
      maxSpanBytes: config.maxSpanBytes,
    },
    memoryLimitBytes: config.memoryLimit,
    threads: config.threads,
    maxBlockSpans: config.blockSpans,
    maxBlockAgeMs: config.blockAge,
    commitSpans: config.commitSpans,
    commitDelayMs: config.commitDelay,
    maxPendingSpans: config.maxPendingSpans,
    minFreeDiskBytes: config.minFreeDisk,
  };
}
