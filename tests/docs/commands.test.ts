// SPDX-License-Identifier: Apache-2.0
//
// The commands that the README shows work as they are written. Those that install and test are what continuous
// integration itself runs; the others run here.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startTracewell } from '../support/tracewell-process.ts';
import type { TracewellProcess } from '../support/tracewell-process.ts';

const run = promisify(execFile);
const root = path.join(__dirname, '../..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const pluginReadme = readFileSync(path.join(root, 'src/README.md'), 'utf8');
const commandsOf = (text: string) =>
  [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trim().split('\n'));
const commands = commandsOf(readme);
const curl = commands.find((command) => command.startsWith('curl ')) ?? '';

const unsigned = commands.find((command) => command.startsWith('export GF_PLUGINS_')) ?? '';

let store: TracewellProcess;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'tracewell-docs-'));
  store = await startTracewell(path.join(folder, 'data'));
}, 120_000);
afterAll(async () => {
  await store.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('every command of the README is run by some test', () => {
  const runElsewhere = {
    'npm ci': 'by .ci/run',
    'npm start': 'by tests/start',
    'npm test': 'by .ci/run',
    'npx tracewell serve --data-dir ./data': 'below',
    'export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318': 'by tests/round-trip, with the address of its store',
    [curl]: 'below',
    'docker compose up --build': 'by .github/workflows/e2e.yml',
    'npm run test:e2e': 'by .github/workflows/e2e.yml',
    'npm run loop': 'by npm run test:e2e, and below as far as it goes without the programs',
    'npm run build': 'below',
    [unsigned]: 'below, as far as its names are right',
  };
  expect(curl).not.toBe('');
  expect(commands.filter((command) => !(command in runElsewhere))).toEqual([]);
  expect(commandsOf(pluginReadme).filter((command) => !commands.includes(command))).toEqual([]);
});

test("the README that is shown in Grafana's catalogue stands alone: it has no links into this repository", () => {
  expect([...pluginReadme.matchAll(/\]\((?!https:)([^)]+)\)/g)].map(([, link]) => link)).toEqual([]);
});

test('the app declares the plugins that it brings, each by its path', () => {
  const { includes } = JSON.parse(readFileSync(path.join(root, 'src/plugin.json'), 'utf8')) as {
    includes: { type: string; name: string; path: string }[];
  };
  const nested = ['datasource', 'panels/waterfall', 'panels/service-graph'].map((folder) => {
    const file = `${folder}/plugin.json`;
    const { type, name } = JSON.parse(readFileSync(path.join(root, 'src', file), 'utf8')) as {
      type: string;
      name: string;
    };
    return { type, name, path: file };
  });
  expect(includes.filter(({ type }) => type !== 'page')).toEqual(nested);
});

test('the span sent by hand arrives', async () => {
  const { stdout } = await run('sh', ['-c', curl.replaceAll('http://127.0.0.1:4318', store.otlpHttp)]);
  expect(JSON.parse(stdout)).toEqual({});
  const [, traceId = ''] = /"traceId":"([0-9a-f]+)"/.exec(curl) ?? [];
  expect((await fetch(`${store.http}/api/traces/${traceId}`)).status).toBe(200);
});

test('npx tracewell knows serve and its flags', async () => {
  const { stdout } = await run('npx', ['--no-install', 'tracewell', 'serve', '--help'], { cwd: root });
  for (const flag of ['--data-dir', '--http-listen', '--otlp-http-listen', '--otlp-grpc-listen']) {
    expect(stdout).toContain(flag);
  }
});

test('npm run loop says which programs are missing, and where to get them', async () => {
  const env = { PATH: folder, HOME: folder };
  const failed = run(process.execPath, [path.join(root, 'tooling/loop.mjs')], { cwd: folder, env });
  await expect(failed).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /grafana: not on PATH[^]*prometheus: not on PATH[^]*loki: not on PATH[^]*docker compose up/
    ),
  });
});

test('npm run loop has help without them', async () => {
  const { stdout } = await run(process.execPath, [path.join(root, 'tooling/loop.mjs'), '--help'], { cwd: folder });
  expect(stdout).toContain('--grafana-port N');
});

test('npm run build writes the plugins as a zip that Grafana can load', async () => {
  const { stdout } = await run('npm', ['run', 'build'], { cwd: root });
  const [, named = ''] = /`(build\/tracewell-app-[\w.-]+\.zip)`/.exec(readme) ?? [];
  expect(stdout).toContain(named);
  const zip = readFileSync(path.join(root, named)).toString('latin1');
  for (const file of ['plugin.json', 'module.js', 'datasource/module.js', 'panels/waterfall/plugin.json', 'NOTICE']) {
    expect(zip).toContain(`tracewell-app/${file}`);
  }
}, 300_000);

test('the plugins that may load unsigned are those of the bundle', () => {
  const folders = ['src', 'src/datasource', 'src/panels/waterfall', 'src/panels/service-graph'];
  const ids = folders.map((name) => {
    const { id } = JSON.parse(readFileSync(path.join(root, name, 'plugin.json'), 'utf8')) as { id: string };
    return id;
  });
  expect(unsigned.split('=')[1]).toBe(ids.join(','));
  const settings = readFileSync(path.join(root, 'docs/grafana.md'), 'utf8');
  expect(settings).toContain(`allow_loading_unsigned_plugins = ${ids.join(',')}`);
  expect(settings).toContain(`GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS=${ids.join(',')}`);
});

describe.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/grafana.md'])('%s', (name) => {
  const text = readFileSync(path.join(root, name), 'utf8');

  test('links lead to files that are there', () => {
    const links = [...text.matchAll(/\]\(([^)#]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !link.startsWith('http'));
    expect(links.filter((link) => !existsSync(path.join(root, path.dirname(name), link)))).toEqual([]);
  });

  test('files named in it are there', () => {
    const names = [...text.matchAll(/`((?:\w+\/src|packages|tests|tooling|docs|bench)\/[\w./-]+)`/g)].map(
      ([, file = '']) => (/^\w+\/src\//.test(file) ? `packages/${file}` : file)
    );
    expect(names.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });
});
