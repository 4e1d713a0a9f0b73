// SPDX-License-Identifier: Apache-2.0
//
// The command line of `npm run loop`.
import { createServer } from 'node:net';
import path from 'node:path';
import { parseArgs } from 'node:util';

/** Ports by what listens there: its usual one, and its flag. */
const ports = {
  grafana: 3000,
  prometheus: 9090,
  loki: 3100,
  'loki-grpc': 9095,
  store: 3200,
  'otlp-http': 4318,
  'otlp-grpc': 4317,
  metrics: 9464,
};

export const usage = `npm run loop [-- flags]: Grafana, Prometheus, Loki, the store and the demo shop on this machine.

${Object.entries(ports)
  .map(([name, port]) => `  --${`${name}-port N`.padEnd(22)} default ${port}`)
  .join('\n')}
  --free-ports           ports that are not named are free ones instead of the usual ones
  --data-dir DIR         everything that is stored, and logs, default ./data/loop
  --rate N               requests per second of the demo shop, default 10
  --fault NAME           what goes wrong in it; may be repeated, default nPlusOne,paymentFails,rareSlowPath
  --addresses FILE       write the addresses to this file (JSON) when everything is ready

Grafana takes GF_... variables from the environment, as always. Programs are found on PATH or by GRAFANA_HOME (or
GRAFANA_BIN), PROMETHEUS_BIN and LOKI_BIN.
`;

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** `count` free ports of the loopback. */
async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve, reject) => {
          const server = createServer();
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        })
    )
  );
  const found = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return found;
}

function parsePort(flag, text) {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) {
    throw new Error(`--${flag} should be a port from 1 to 65535, found "${text}"`);
  }
  return port;
}

/** @throws {Error} with a sentence about the flag that is wrong, or the port that is taken */
export async function readLoopOptions(args, root) {
  const names = Object.keys(ports);
  const { values } = parseArgs({
    args,
    options: {
      ...Object.fromEntries(names.map((name) => [`${name}-port`, { type: 'string' }])),
      'free-ports': { type: 'boolean' },
      'data-dir': { type: 'string' },
      rate: { type: 'string' },
      fault: { type: 'string', multiple: true },
      addresses: { type: 'string' },
    },
  });
  const free = values['free-ports'] ? await freePorts(names.length) : undefined;
  const chosen = Object.fromEntries(
    names.map((name, index) => {
      const text = values[`${name}-port`];
      return [name, text === undefined ? (free?.[index] ?? ports[name]) : parsePort(`${name}-port`, text)];
    })
  );
  const taken = [];
  for (const name of names) {
    if (!(await isFree(chosen[name]))) {
      taken.push(`port ${chosen[name]} is in use: choose another with --${name}-port N`);
    }
  }
  if (taken.length > 0) {
    throw new Error(`${taken.join('\n')}\nor let all be chosen with --free-ports`);
  }
  return {
    ports: chosen,
    dataDir: path.resolve(values['data-dir'] ?? path.join(root, 'data/loop')),
    addressesFile: values.addresses === undefined ? undefined : path.resolve(values.addresses),
    demo: [
      ...(values.rate === undefined ? [] : ['--rate', values.rate]),
      ...['--fault', values.fault?.join(',') ?? 'nPlusOne,paymentFails,rareSlowPath'],
    ],
  };
}
