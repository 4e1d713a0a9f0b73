// SPDX-License-Identifier: Apache-2.0
//
// `npm start`: builds what is outdated, starts the store on ./data and the demo shop, and says where to look.
// Everything ends with Ctrl-C. Children run in process groups of their own, so that they are ended here, in
// order and as a whole, and not by the terminal; a second Ctrl-C kills them.
//
// `--no-demo` leaves the demo out, the demo's own flags go to the demo, every other flag to `tracewell serve`.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildTargets } from './build.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const launcher = path.join(root, 'packages/server/bin/tracewell.js');
const demoEntry = path.join(root, 'packages/demo/dist/main.js');

/** Longest wait for a group to end by itself before it is killed. */
const END_MS = 12_000;

const say = (text) => process.stdout.write(`${text}\n`);

const demoFlags = ['--fault', '--rate', '--metrics-listen', '--logs', '--loki'];

/** Splits the command line into what is for this script, for the demo and for the store. */
function splitArguments(args) {
  const result = { withDemo: true, demo: [], store: [] };
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index];
    if (arg === '--no-demo') {
      result.withDemo = false;
    } else if (demoFlags.includes(arg.split('=', 1)[0])) {
      result.demo.push(arg);
      if (!arg.includes('=') && index + 1 < args.length) {
        index += 1;
        result.demo.push(args[index]);
      }
    } else {
      result.store.push(arg);
    }
  }
  return result;
}

/** A child in a process group of its own. */
class Group {
  constructor(name, args, options = {}) {
    this.name = name;
    this.child = spawn(process.execPath, args, { cwd: root, detached: true, ...options });
    this.ended = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
      this.child.once('error', () => resolve(1));
    });
  }

  signal(name) {
    try {
      process.kill(-this.child.pid, name);
    } catch {
      // The group is gone already.
    }
  }

  /** Asks the group to end, and kills what does not. */
  async end() {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), END_MS);
    await this.ended;
    clearTimeout(timer);
    // Grandchildren that outlived their parent.
    this.signal('SIGKILL');
  }
}

const groups = [];
let isEnding = false;

/** Ends everything: the demo first, so that its last spans still find the store. */
async function endAll(exitCode) {
  if (isEnding) {
    return;
  }
  isEnding = true;
  for (const group of [...groups].reverse()) {
    await group.end();
  }
  process.exit(exitCode);
}

function watchForTheEnd() {
  const stop = () => {
    if (isEnding) {
      for (const group of groups) {
        group.signal('SIGKILL');
      }
      process.exit(130);
    }
    say('\nStopping ...');
    void endAll(0);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', stop);
  // The shell between npm and this process may die of a signal without handing it on.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event !== undefined) {
    setInterval(() => {
      if (process.ppid !== parent && !isEnding) {
        void endAll(0);
      }
    }, 500).unref();
  }
}

const notStarted =
  'The store did not start, see above. Flags of `tracewell serve` can be given here, for example:\n' +
  '  npm start -- --http-listen 127.0.0.1:3201 --otlp-http-listen 127.0.0.1:4328 --otlp-grpc-listen 127.0.0.1:4327\n';

/** Starts the store; resolves to its addresses, or to undefined if it ended instead. */
async function startStore(args) {
  // The welcome says what the log's first lines would; a flag of the user comes later and wins.
  const quiet = process.env.TRACEWELL_LOG_LEVEL === undefined ? ['--log-level', 'warn'] : [];
  const store = new Group('store', [launcher, 'serve', ...quiet, ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  groups.push(store);
  const ready = new Promise((resolve) => {
    store.child.on('message', (message) => {
      if (message?.kind === 'ready') {
        resolve(message);
      }
    });
  });
  const addresses = await Promise.race([ready, store.ended.then(() => undefined)]);
  void store.ended.then((code) => {
    if (!isEnding) {
      process.stderr.write(addresses === undefined ? notStarted : `The store has ended (exit code ${code}).\n`);
      void endAll(code === 0 ? 1 : code);
    }
  });
  return addresses;
}

function startDemo(args, addresses) {
  const demo = new Group('demo', [demoEntry, '--otlp-endpoint', addresses.otlpHttp, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  groups.push(demo);
  void demo.ended.then((code) => {
    if (!isEnding) {
      say(`The demo has ended (exit code ${code}); the store goes on. npm start -- --no-demo starts without it.`);
    }
  });
}

function printWelcome(addresses, hasDemo) {
  say(`
  Tracewell is running.

    Console      ${addresses.console}
    Send spans   OTEL_EXPORTER_OTLP_ENDPOINT=${addresses.otlpHttp}   (HTTP)
                 OTEL_EXPORTER_OTLP_ENDPOINT=${addresses.otlpGrpc}   (gRPC)
${
  hasDemo
    ? `
  The demo shop is sending traces. Try in the console:
    - the dots in the duration heatmap: each opens its trace
    - { status = error }                       payments that were declined
    - { name = "GetCart" && duration > 100ms }  carts that load their items one by one
    - Services: who calls whom
`
    : ''
}
  Ctrl-C ends everything; what is stored stays in the data folder.
`);
}

const { withDemo, demo, store } = splitArguments(process.argv.slice(2));
watchForTheEnd();
try {
  await buildTargets(withDemo ? ['server', 'console', 'demo'] : ['server', 'console']);
} catch (error) {
  process.stderr.write(`The build failed: ${error.message}\n`);
  process.exit(1);
}
const addresses = isEnding ? undefined : await startStore(store);
if (addresses !== undefined && !isEnding) {
  const hasDemo = withDemo && existsSync(demoEntry);
  if (hasDemo) {
    startDemo(demo, addresses);
  }
  printWelcome(addresses, hasDemo);
}
