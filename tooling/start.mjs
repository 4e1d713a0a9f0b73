// SPDX-License-Identifier: Apache-2.0
//
// `npm start`: builds what is outdated, starts the store on ./data and the demo shop, and says where to look.
// Everything ends with Ctrl-C.
//
// `--no-demo` leaves the demo out, the demo's own flags go to the demo, every other flag to `tracewell serve`.
import { existsSync } from 'node:fs';
import { buildTargets } from './build.mjs';
import { Programs } from './processes.mjs';
import { demoEntry, startDemo, startStore } from './store-and-demo.mjs';

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

const notStarted =
  'The store did not start, see above. Flags of `tracewell serve` can be given here, for example:\n' +
  '  npm start -- --http-listen 127.0.0.1:3201 --otlp-http-listen 127.0.0.1:4328 --otlp-grpc-listen 127.0.0.1:4327\n';

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
const programs = new Programs();
programs.watchForTheEnd();
try {
  await buildTargets(withDemo ? ['server', 'console', 'demo'] : ['server', 'console']);
} catch (error) {
  process.stderr.write(`The build failed: ${error.message}\n`);
  process.exit(1);
}
const addresses = programs.isEnding ? undefined : await startStore(programs, store, notStarted);
if (addresses !== undefined && !programs.isEnding) {
  const hasDemo = withDemo && existsSync(demoEntry);
  if (hasDemo) {
    startDemo(programs, demo, addresses.otlpHttp);
  }
  printWelcome(addresses, hasDemo);
}
