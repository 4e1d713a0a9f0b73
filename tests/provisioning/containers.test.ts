// SPDX-License-Identifier: Apache-2.0
//
// Every path, port, variable and file that docker-compose.yaml and the Dockerfile name is there. Nothing here needs Docker.
import { describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseOptions } from '../../packages/demo/src/options.ts';
import { dataSources, filesIn, read, readText, root } from './files.ts';
import type { Compose } from './files.ts';

const { services, volumes } = read<Compose>('docker-compose.yaml');
const dockerfile = readText('Dockerfile');
const loop = readText('tooling/loop.mjs');

/** With its defaults, as compose reads it when no variable is set. */
const withDefaults = (text: string): string => text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');

/** Ports at which a service listens inside its container. */
const listens: Record<string, readonly number[]> = {
  store: ['TRACEWELL_HTTP_LISTEN', 'TRACEWELL_OTLP_HTTP_LISTEN', 'TRACEWELL_OTLP_GRPC_LISTEN'].map((name) =>
    Number(services['store']?.environment?.[name]?.split(':')[1])
  ),
  demo: [parseOptions((services['demo']?.command ?? []).map(withDefaults)).metricsListen.port],
  prometheus: [9090],
  loki: [Number(/http_listen_port: \$\{\w+:-(\d+)\}/.exec(readText('provisioning/loki/loki.yaml'))?.[1])],
  grafana: [3000],
};

function expectListening(address: string): void {
  const { hostname, port } = new URL(address.includes('://') ? address : `http://${address}`);
  expect(Object.keys(services)).toContain(hostname);
  expect(listens[hostname]).toContain(Number(port));
}

describe('docker-compose.yaml', () => {
  test('has the five programs of the loop', () => {
    expect(Object.keys(services).sort()).toEqual(['demo', 'grafana', 'loki', 'prometheus', 'store']);
  });

  test.each(Object.keys(services))('%s: what it is made from, mounts and waits for is there', (name) => {
    const { build, image, volumes: mounts = [], depends_on: others = {} } = services[name] ?? {};
    expect([build === undefined, image === undefined].filter(Boolean)).toHaveLength(1);
    if (build !== undefined) {
      expect(dockerfile).toMatch(new RegExp(` AS ${build.target}$`, 'm'));
      for (const argument of Object.keys(build.args ?? {})) {
        expect(dockerfile).toMatch(new RegExp(`^ARG ${argument}=`, 'm'));
      }
    } else {
      // Pinned, and to be chosen by a variable.
      expect(image).toMatch(/^[\w/]+:\$\{\w+_VERSION:-v?\d+\.\d+\.\d+\}$/);
    }
    for (const [source = ''] of mounts.map((mount) => mount.split(':'))) {
      expect(source.startsWith('./') ? existsSync(path.join(root, source)) : source in volumes).toBe(true);
    }
    expect(Object.keys(services)).toEqual(expect.arrayContaining(Object.keys(others)));
  });

  test.each(Object.keys(services))('%s: publishes ports that it listens at, on the loopback only', (name) => {
    for (const published of services[name]?.ports ?? []) {
      const [, port] = /^127\.0\.0\.1:\$\{\w+:-\d+\}:(\d+)$/.exec(published) ?? [];
      expect(listens[name]).toContain(Number(port));
    }
  });

  test('variables of the store are those it reads', () => {
    const documented = readText('docs/configuration.md');
    for (const name of Object.keys(services['store']?.environment ?? {})) {
      expect(documented).toContain(name);
    }
    expect(services['store']?.environment?.['TRACEWELL_ALLOWED_HOST']).toBe('store');
  });

  test('the demo sends to addresses that are there', () => {
    const options = parseOptions((services['demo']?.command ?? []).map(withDefaults));
    expectListening(options.otlpEndpoint);
    expectListening(options.loki ?? '');
  });

  test('addresses of the data sources are variables that compose and the loop both set', () => {
    for (const { url } of dataSources()) {
      const [, name = ''] = /^\$(\w+)$/.exec(url) ?? [];
      expectListening(services['grafana']?.environment?.[name] ?? '');
      expect(loop).toContain(`    ${name}: `);
    }
  });

  test('exemplars are stored', () => {
    expect(services['prometheus']?.command).toContain('--enable-feature=exemplar-storage');
    expect(loop).toContain("'--enable-feature=exemplar-storage'");
  });
});

describe('files that are mounted', () => {
  test('Prometheus finds its settings and targets, which are services', () => {
    const [mount = ''] = services['prometheus']?.volumes ?? [];
    const [source = '', target = ''] = mount.split(':');
    const [, config = ''] =
      /^--config\.file=(.*)$/.exec(
        services['prometheus']?.command?.find((flag) => flag.includes('config.file')) ?? ''
      ) ?? [];
    const file = path.join(source, path.relative(target, config));
    const { scrape_configs: jobs } = read<{
      scrape_configs: { job_name: string; file_sd_configs: { files: string[] }[] }[];
    }>(file);
    for (const { job_name: job, file_sd_configs: lists } of jobs) {
      const files = lists.flatMap((list) => list.files);
      expect(files).toEqual([`targets/${job}.json`]);
      for (const name of files) {
        read<{ targets: string[] }[]>(path.join(path.dirname(file), name))
          .flatMap(({ targets }) => targets)
          .forEach(expectListening);
      }
    }
    // The loop writes targets of its own, for the same jobs.
    const [, ours = ''] = /preparePrometheus\(folder, \{([^}]*(?:\}`[^}]*)*)\}\);/.exec(loop) ?? [];
    expect([...ours.matchAll(/(\w+): `127/g)].map(([, job]) => job)).toEqual(jobs.map(({ job_name: job }) => job));
  });

  test('every variable of Loki has a default, and the loop sets it', () => {
    const names = [...readText('provisioning/loki/loki.yaml').matchAll(/\$\{(\w+)(:-[^}]+)?\}/g)];
    expect(names.length).toBeGreaterThan(0);
    for (const [, name = '', fallback] of names) {
      expect(fallback).toBeDefined();
      expect(loop).toContain(`    ${name}: `);
    }
    expect(services['loki']?.command).toContain('-config.expand-env=true');
  });

  test('Grafana reads its provisioning from where compose mounts it', () => {
    expect(services['grafana']?.volumes).toContain('./provisioning:/etc/grafana/provisioning:ro');
  });
});

describe('Dockerfile', () => {
  const stages = [...dockerfile.matchAll(/^FROM .* AS (\w+)$/gm)].map(([, name]) => name);

  test('variables in FROM are declared with a default', () => {
    for (const [, name = ''] of dockerfile.matchAll(/^FROM .*\$\{(\w+)\}/gm)) {
      expect(dockerfile).toMatch(new RegExp(`^ARG ${name}=\\S+$`, 'm'));
    }
  });

  test('what is copied is in the repository or is built', () => {
    const [, built = ''] = /^RUN node tooling\/build\.mjs (.*)$/m.exec(dockerfile) ?? [];
    const outputs = built
      .split(' ')
      .map((target) => (target === 'plugin' ? 'dist' : `packages/${target}/dist`))
      .concat('node_modules/@duckdb');
    const copied = [...dockerfile.matchAll(/^COPY --from=(\w+) (.*)$/gm)];
    expect(copied.length).toBeGreaterThan(0);
    for (const [, stage, rest = ''] of copied) {
      expect(stages).toContain(stage);
      for (const source of rest.split(' ').slice(0, -1)) {
        const file = path.relative('/tracewell', source);
        expect({ file, isThere: outputs.includes(file) || existsSync(path.join(root, file)) }).toEqual({
          file,
          isThere: true,
        });
      }
    }
  });

  test('each entry point is among what its image has', () => {
    const [, store = ''] = /ENTRYPOINT \["node", "(packages\/server\/.*)"\]/.exec(dockerfile) ?? [];
    const [, demo = ''] = /ENTRYPOINT \["node", "(packages\/demo\/.*)"\]/.exec(dockerfile) ?? [];
    expect(existsSync(path.join(root, store))).toBe(true);
    expect(demo).toBe('packages/demo/dist/main.js');
    expect(readText('packages/demo/build.mjs')).toContain("'main.js'");
  });

  test('all four plugins may load unsigned, here and in the loop', () => {
    const ids = ['src', 'src/datasource', 'src/panels/waterfall', 'src/panels/service-graph'].map(
      (folder) => read<{ id: string }>(`${folder}/plugin.json`).id
    );
    expect(dockerfile).toContain(`GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS=${ids.join(',')}`);
    const [, list = ''] = /^const pluginIds = \[([^\]]*)\];$/m.exec(loop) ?? [];
    expect([...list.matchAll(/'([\w-]+)'/g)].map(([, id]) => id)).toEqual(ids);
  });

  test('the context leaves out nothing that is copied', () => {
    const ignored = readText('.dockerignore').split('\n');
    for (const file of ['src', 'packages', 'tooling', 'provisioning', 'package-lock.json', 'LICENSE', 'NOTICE']) {
      expect(ignored).not.toContain(file);
    }
  });
});

test('workflows use what is there', () => {
  const { scripts } = read<{ scripts: Record<string, string> }>('package.json');
  const files = filesIn('.github/workflows', '.yml');
  expect(files).toHaveLength(2);
  for (const file of files) {
    for (const [, script = ''] of readText(file).matchAll(/npm run ([\w:]+)/g)) {
      expect(Object.keys(scripts)).toContain(script);
    }
  }
});
