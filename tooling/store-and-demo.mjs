// SPDX-License-Identifier: Apache-2.0
//
// Starts the store and the demo shop as `npm start` and `npm run loop` both do.
import path from 'node:path';

export const root = path.join(import.meta.dirname, '..');
const launcher = path.join(root, 'packages/server/bin/tracewell.js');
export const demoEntry = path.join(root, 'packages/demo/dist/main.js');

/**
 * Starts the store; when it ends later, everything ends.
 *
 * @param {import('./processes.mjs').Programs} programs
 * @param {readonly string[]} args flags of `tracewell serve`
 * @param {string} hint what to say if it does not start
 * @returns {Promise<{ console: string, otlpHttp: string, otlpGrpc: string } | undefined>} its addresses, or undefined if
 * it ended instead
 */
export async function startStore(programs, args, hint) {
  // The welcome says what the log's first lines would; a flag of the user comes later and wins.
  const quiet = process.env.TRACEWELL_LOG_LEVEL === undefined ? ['--log-level', 'warn'] : [];
  const store = programs.start('store', process.execPath, [launcher, 'serve', ...quiet, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ready = new Promise((resolve) => {
    store.child.on('message', (message) => {
      if (message?.kind === 'ready') {
        resolve(message);
      }
    });
  });
  const addresses = await Promise.race([ready, store.ended.then(() => undefined)]);
  void store.ended.then((code) => {
    if (!programs.isEnding) {
      process.stderr.write(addresses === undefined ? hint : `The store has ended (exit code ${code}).\n`);
      void programs.endAll(code === 0 ? 1 : code);
    }
  });
  return addresses;
}

/** Starts the demo shop; the others go on when it ends. */
export function startDemo(programs, args, otlpHttp) {
  const demo = programs.start('demo', process.execPath, [demoEntry, '--otlp-endpoint', otlpHttp, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  void demo.ended.then((code) => {
    if (!programs.isEnding) {
      process.stdout.write(`The demo has ended (exit code ${code}); everything else goes on.\n`);
    }
  });
}
