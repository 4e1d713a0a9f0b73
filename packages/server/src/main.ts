// SPDX-License-Identifier: Apache-2.0
//
// Entry of the bundled process: binds the command line to this process. It stands alone, because only
// here `import.meta.url` (a worker's address, the console's folder) is needed.
import { openStoreWorker } from '@tracewell/store';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { runCommand } from './cli/command.ts';

/** Replaced by the build with the version of the package. */
declare const TRACEWELL_VERSION: string;

/** After this long, whatever still runs is left. */
const HARD_EXIT_MS = 9500;
/** The same, once the command has ended. */
const LAST_EXIT_MS = 200;

let isStopping = false;

function untilAskedToStop(): Promise<string> {
  return new Promise((resolve) => {
    const stop = (reason: string) => {
      if (isStopping) {
        process.stderr.write('tracewell: asked again, ending at once\n');
        process.exit(1);
      }
      isStopping = true;
      setTimeout(() => process.exit(1), HARD_EXIT_MS).unref();
      resolve(reason);
    };
    process.on('SIGINT', () => stop('SIGINT'));
    process.on('SIGTERM', () => stop('SIGTERM'));
    if (process.channel !== undefined) {
      // Started by a process that talks to it (npm start): that one's end is ours too.
      process.once('disconnect', () => {
        if (!isStopping) {
          stop('the parent process ended');
        }
      });
    }
  });
}

/** Asks at the terminal. */
async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise<string>((resolve) => {
      terminal.once('close', () => resolve(''));
      terminal.question(question, resolve);
    });
  } finally {
    terminal.close();
  }
}

process.exitCode = await runCommand(process.argv.slice(2), {
  environment: process.env,
  version: TRACEWELL_VERSION,
  consoleDir: fileURLToPath(new URL('../../console/dist/', import.meta.url)),
  stdout: process.stdout,
  stderr: process.stderr,
  openStore: (options, hooks) => openStoreWorker(new URL('./store-worker.js', import.meta.url), options, hooks),
  untilAskedToStop,
  ...(process.stdin.isTTY && process.stderr.isTTY && { ask }),
  announce: (urls) => process.send?.({ kind: 'ready', ...urls }),
});
if (process.connected) {
  process.disconnect();
}
if (isStopping) {
  // A store that was left while it was being opened would keep the process.
  setTimeout(() => process.exit(), LAST_EXIT_MS).unref();
}
