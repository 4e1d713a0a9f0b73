// SPDX-License-Identifier: Apache-2.0
export { configurationDocument } from './documents/configuration-document.ts';
export type { Config } from './config/options.ts';
export { parseConfig, UsageError } from './config/parse.ts';
export { startServer } from './server.ts';
export type { RunningServer, ServerOptions } from './server.ts';
export { createLog } from './telemetry/log.ts';
