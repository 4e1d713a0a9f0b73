// SPDX-License-Identifier: Apache-2.0
//
// `npm run loop`: the whole loop on this machine, from installed programs: Grafana with the plugins of `dist/` and what
// `provisioning/` says, Prometheus with exemplars, Loki, the store and the demo shop. Builds what is outdated first,
// waits until each is ready, says where to look, and ends everything with Ctrl-C. Everything listens on the loopback.
//
// The files of `provisioning/` are those of docker-compose.yaml; what differs between the two is in variables, and in the
// targets of Prometheus, which expands none (see `preparePrometheus`).
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { outdatedTargets } from './build.mjs';
import { findPrograms } from './find-programs.mjs';
import { readLoopOptions, usage } from './loop-options.mjs';
import { Programs } from './processes.mjs';
import { root, startDemo, startStore } from './store-and-demo.mjs';

const provisioning = path.join(root, 'provisioning');
const pluginIds = [
  'tracewell-app',
  'tracewell-datasource',
  'tracewell-waterfall-panel',
  'tracewell-servicegraph-panel',
];

/** Longest wait for a program to answer. Loki takes longest, and a first Grafana fills its database. */
const READY_MS = 120_000;

const say = (text) => process.stdout.write(`${text}\n`);
const programs = new Programs();

/** Starts a program whose output goes to a file; if it ends, everything does. */
function startLogged(name, command, args, { logs, ...options }) {
  const file = path.join(logs, `${name}.log`);
  const output = openSync(file, 'w');
  const group = programs.start(name, command, args, { stdio: ['ignore', output, output], ...options });
  closeSync(output);
  void group.ended.then((code) => {
    if (!programs.isEnding) {
      const tail = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
      process.stderr.write(`${tail}\n${name} has ended (exit code ${code}), its log is ${file}\n`);
      void programs.endAll(1);
    }
  });
}

/** Waits until `url` answers with 200. */
async function waitFor(name, url) {
  const limit = Date.now() + READY_MS;
  while (!programs.isEnding) {
    const status = await fetch(url).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      () => 0
    );
    if (status === 200) {
      return;
    }
    if (Date.now() > limit) {
      throw new Error(`${name} was not ready within ${READY_MS / 1000} s: ${url} answered with ${status || 'nothing'}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Prometheus reads targets and rules from files beside its settings: these are copied, the targets are ours. */
async function preparePrometheus(folder, targets) {
  await mkdir(path.join(folder, 'targets'), { recursive: true });
  for (const name of ['prometheus.yml', 'tracewell-alerts.yaml']) {
    await copyFile(path.join(provisioning, 'prometheus', name), path.join(folder, name));
  }
  for (const [name, address] of Object.entries(targets)) {
    await writeFile(path.join(folder, `targets/${name}.json`), JSON.stringify([{ targets: [address] }]));
  }
}

async function startPrometheus(bin, { dataDir, logs, ports }) {
  const folder = path.join(dataDir, 'prometheus');
  await preparePrometheus(folder, { store: `127.0.0.1:${ports.store}`, shop: `127.0.0.1:${ports.metrics}` });
  const args = [
    `--config.file=${path.join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${path.join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${ports.prometheus}`,
    '--enable-feature=exemplar-storage',
  ];
  startLogged('prometheus', bin, args, { logs, cwd: folder });
}

async function startLoki(bin, { dataDir, logs, ports }) {
  const folder = path.join(dataDir, 'loki');
  await mkdir(folder, { recursive: true });
  const args = ['-config.expand-env=true', `-config.file=${path.join(provisioning, 'loki/loki.yaml')}`];
  const env = {
    ...process.env,
    LOKI_LISTEN_ADDRESS: '127.0.0.1',
    LOKI_HTTP_PORT: String(ports.loki),
    LOKI_GRPC_PORT: String(ports['loki-grpc']),
    LOKI_DATA_DIR: folder,
  };
  startLogged('loki', bin, args, { logs, cwd: folder, env });
}

/** The address of Grafana's front page: below the path of root_url if it is served from there. */
function grafanaAddress(port) {
  const below =
    process.env.GF_SERVER_SERVE_FROM_SUB_PATH === 'true' && URL.canParse(process.env.GF_SERVER_ROOT_URL ?? '')
      ? new URL(process.env.GF_SERVER_ROOT_URL).pathname.replace(/\/$/, '')
      : '';
  return `http://127.0.0.1:${port}${below}`;
}

async function startGrafana({ bin, home }, { dataDir, logs, ports }, addresses) {
  const folder = path.join(dataDir, 'grafana');
  const plugins = path.join(folder, 'plugins');
  await rm(plugins, { recursive: true, force: true });
  await mkdir(plugins, { recursive: true });
  await symlink(path.join(root, 'dist'), path.join(plugins, 'tracewell-app'));
  const env = {
    GF_AUTH_ANONYMOUS_ENABLED: 'true',
    GF_AUTH_ANONYMOUS_ORG_ROLE: 'Admin',
    GF_ANALYTICS_REPORTING_ENABLED: 'false',
    GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
    GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
    GF_NEWS_NEWS_FEED_ENABLED: 'false',
    GF_PLUGINS_PREINSTALL_DISABLED: 'true',
    GF_UNIFIED_ALERTING_HA_LISTEN_ADDRESS: '',
    GF_LOG_LEVEL: 'warn',
    ...process.env,
    GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS: pluginIds.join(','),
    GF_SERVER_HTTP_ADDR: '127.0.0.1',
    GF_SERVER_HTTP_PORT: String(ports.grafana),
    GF_PATHS_DATA: path.join(folder, 'data'),
    GF_PATHS_LOGS: path.join(folder, 'logs'),
    GF_PATHS_PLUGINS: plugins,
    GF_PATHS_PROVISIONING: provisioning,
    TRACEWELL_URL: addresses.store,
    PROMETHEUS_URL: addresses.prometheus,
    LOKI_URL: addresses.loki,
  };
  startLogged('grafana', bin, ['server', '--homepath', home], { logs, cwd: home, env });
}

/** In a process of its own, so that the bundlers leave no memory behind. */
async function build() {
  const outdated = await outdatedTargets();
  if (outdated.length > 0) {
    say(`Building ${outdated.join(', ')} ...`);
    execFileSync(process.execPath, [path.join(root, 'tooling/build.mjs'), ...outdated], { stdio: ['ignore', 2, 2] });
  }
}

function printWelcome(addresses, { dataDir }) {
  say(`
  The loop is running.

    Grafana      ${addresses.grafana}/d/tracewell-shop   (no login; an administrator is admin, admin)
    Prometheus   ${addresses.prometheus}
    Loki         ${addresses.loki}
    Console      ${addresses.store}/
    Send spans   OTEL_EXPORTER_OTLP_ENDPOINT=${addresses.otlpHttp}   (HTTP)
                 OTEL_EXPORTER_OTLP_ENDPOINT=${addresses.otlpGrpc}   (gRPC)

  Go round: on the dashboard Shop, point at a high diamond of "Latency" and follow "View Trace"; in the trace, open a slow
  span and follow its link to its log lines; in a log line, follow "View Trace" back. The first slow page takes a minute.

  Ctrl-C ends everything; data and logs stay in ${path.relative(process.cwd(), dataDir) || dataDir}.
`);
}

async function run(options, found) {
  const { ports, dataDir } = options;
  const logs = path.join(dataDir, 'logs');
  await mkdir(logs, { recursive: true });
  const context = { ports, dataDir, logs };
  const at = (name) => `127.0.0.1:${ports[name]}`;
  const addresses = {
    grafana: grafanaAddress(ports.grafana),
    prometheus: `http://${at('prometheus')}`,
    loki: `http://${at('loki')}`,
    store: `http://${at('store')}`,
    otlpHttp: `http://${at('otlp-http')}`,
    otlpGrpc: `http://${at('otlp-grpc')}`,
    metrics: `http://${at('metrics')}`,
  };
  await build();
  const flags = [
    '--http-listen',
    at('store'),
    '--otlp-http-listen',
    at('otlp-http'),
    '--otlp-grpc-listen',
    at('otlp-grpc'),
  ];
  const store = await startStore(
    programs,
    ['--data-dir', path.join(dataDir, 'store'), ...flags],
    'The store did not start, see above.\n'
  );
  if (store === undefined) {
    return;
  }
  await startPrometheus(found.prometheus.bin, context);
  await startLoki(found.loki.bin, context);
  await startGrafana(found.grafana, context, addresses);
  await waitFor('Prometheus', `${addresses.prometheus}/-/ready`);
  await waitFor('Loki', `${addresses.loki}/loki/api/v1/labels`);
  startDemo(programs, ['--metrics-listen', at('metrics'), '--loki', addresses.loki, ...options.demo], store.otlpHttp);
  await waitFor('the demo', `${addresses.metrics}/metrics`);
  await waitFor('Grafana', `${addresses.grafana}/api/health`);
  if (!programs.isEnding) {
    if (options.addressesFile !== undefined) {
      await writeFile(options.addressesFile, JSON.stringify(addresses));
    }
    printWelcome(addresses, options);
  }
}

try {
  if (process.argv.includes('--help')) {
    process.stdout.write(usage);
  } else {
    const found = findPrograms();
    const options = await readLoopOptions(process.argv.slice(2), root);
    programs.watchForTheEnd();
    await run(options, found);
  }
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  await programs.endAll(1);
}
