// SPDX-License-Identifier: Apache-2.0
export * from './api.ts';
export { openStoreWorker } from './client.ts';
export { openParquetFile } from './export/parquet-file.ts';
export type { ParquetFile } from './export/parquet-file.ts';
export { requestMemory } from './request-memory.ts';
export { openStore } from './store.ts';
export type { StoreHooks } from './store.ts';
