// SPDX-License-Identifier: Apache-2.0
//
// The demo's entry: the same file is the program and, in its worker threads, each service. It is bundled to CommonJS,
// so that `node:http` is required (and can be instrumented) rather than linked.

import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { runInstance } from './instance.ts';
import type { InstanceSettings } from './messages.ts';
import { parseOptions, usage, UsageError } from './options.ts';
import { openShop } from './shop.ts';

if (isMainThread) {
  runProgram(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`demo: ${error instanceof UsageError ? error.message : describe(error)}\n`);
    process.exit(error instanceof UsageError ? 2 : 1);
  });
} else if (parentPort !== null && isInstanceSettings(workerData)) {
  void runInstance(workerData, parentPort);
}

/** What `startInstance` gives to a worker is `any` here; nobody else starts this file as a worker. */
function isInstanceSettings(value: unknown): value is InstanceSettings {
  return typeof value === 'object' && value !== null && 'spec' in value;
}

async function runProgram(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options.help) {
    process.stdout.write(usage);
    return;
  }
  const shop = await openShop(options, __filename, (error) => {
    process.stderr.write(`demo: ${error.message}\n`);
    process.exit(1);
  });
  let isClosing = false;
  const close = (): void => {
    if (isClosing) {
      process.exit(130);
    }
    isClosing = true;
    void shop.close().then(() => process.exit(0));
  };
  process.on('SIGINT', close);
  process.on('SIGTERM', close);
  const faults = options.faults.length === 0 ? 'no faults' : options.faults.join(', ');
  process.stderr.write(
    `demo: the shop is open; traces to ${options.otlpEndpoint}, metrics at ${shop.controlUrl}/metrics, ${faults}\n`
  );
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
