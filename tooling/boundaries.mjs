// SPDX-License-Identifier: Apache-2.0
//
// Who may import whom, as data. eslint.config.mjs turns this table into rules; breaking it fails
// `npm run check`. The order is the direction: a package imports only what stands above it.

/**
 * @typedef {object} Zone
 * @property {string} name package folder
 * @property {readonly string[]} packages workspaces it may import
 * @property {readonly string[]} libraries npm packages it may import (a trailing / allows sub-paths)
 * @property {'none' | 'node' | 'dom'} platform what exists around it
 * @property {string} [folder] where it is; packages/<name>/src if not given
 * @property {readonly string[]} [siblings] other folders of src/ that a part of the plugin bundle may import from
 */

const grafana = ['@grafana/data', '@grafana/runtime', '@grafana/ui', '@grafana/schema'];
const views = ['react', 'rxjs', '@emotion/css'];
const domain = ['base', 'trace', 'analysis', 'traceql', 'protocols'];

/** The plugin bundle: what its parts share, and the parts, of which none imports another. */
const bundle = [
  { name: 'model', packages: ['traceql', 'views'], libraries: grafana, siblings: [] },
  { name: 'frames', packages: [...domain, 'views'], libraries: ['@grafana/data'], siblings: ['model'] },
  {
    name: 'host',
    packages: [...domain, 'client', 'views'],
    libraries: [...grafana, ...views],
    siblings: ['model', 'frames'],
  },
  {
    name: 'datasource',
    packages: [...domain, 'client', 'views'],
    libraries: [...grafana, ...views, '@grafana/plugin-ui'],
    siblings: ['model', 'frames', 'host'],
  },
  {
    name: 'panels/waterfall',
    packages: [...domain, 'client', 'views'],
    libraries: [...grafana, ...views],
    siblings: ['model', 'frames', 'host'],
  },
  {
    name: 'panels/service-graph',
    packages: [...domain, 'client', 'views'],
    libraries: [...grafana, ...views],
    siblings: ['model', 'frames', 'host'],
  },
  {
    name: 'app',
    packages: [...domain, 'client', 'views'],
    libraries: [...grafana, ...views, 'react-router'],
    siblings: ['model', 'frames', 'host'],
  },
].map((zone) => ({ ...zone, folder: `src/${zone.name}`, platform: 'dom' }));

/** @type {readonly Zone[]} */
export const zones = [
  { name: 'base', packages: [], libraries: [], platform: 'none' },
  { name: 'trace', packages: ['base'], libraries: [], platform: 'none' },
  { name: 'analysis', packages: ['base', 'trace'], libraries: [], platform: 'none' },
  // A regular expression of TraceQL is RE2's, which JavaScript's own engine is not.
  { name: 'traceql', packages: ['base'], libraries: ['re2js'], platform: 'none' },
  { name: 'protocols', packages: ['base', 'trace'], libraries: [], platform: 'none' },
  {
    name: 'store',
    packages: ['base', 'trace', 'analysis', 'traceql', 'protocols'],
    libraries: ['@duckdb/node-api', '@duckdb/node-bindings'],
    platform: 'node',
  },
  {
    name: 'server',
    packages: ['base', 'trace', 'analysis', 'traceql', 'protocols', 'store'],
    libraries: ['fastify', '@fastify/', '@grpc/grpc-js', 'zod', 'pino', 'prom-client'],
    platform: 'node',
  },
  {
    name: 'views',
    packages: ['base', 'trace', 'analysis', 'traceql'],
    libraries: [
      'react',
      'react-dom',
      '@grafana/ui',
      '@grafana/data',
      '@emotion/css',
      '@tanstack/react-virtual',
      '@dagrejs/dagre',
      'd3',
      'uplot',
    ],
    platform: 'dom',
  },
  // The views' data port over HTTP; the console and the data source differ only in how a request travels.
  { name: 'client', packages: ['base', 'trace', 'protocols', 'views'], libraries: [], platform: 'dom' },
  {
    name: 'console',
    packages: ['base', 'trace', 'client', 'views'],
    libraries: ['react', 'react-dom/', '@grafana/ui', '@grafana/data', '@emotion/css', 'uplot/'],
    platform: 'dom',
  },
  {
    name: 'demo',
    packages: ['base'],
    libraries: ['@opentelemetry/', 'prom-client'],
    platform: 'node',
  },
  ...bundle,
].map((zone) => ({ folder: `packages/${zone.name}/src`, ...zone }));

// Debt: imports that should not be and that somebody means to remove, with the reason. Keep it empty.
/** @type {readonly { zone: string, library: string, reason: string }[]} */
export const debt = [];

const workspaceName = (folder) => (folder === 'server' ? 'tracewell' : `@tracewell/${folder}`);

/** A regular expression that matches every import specifier that `zone` must not have. */
export function forbiddenImports(zone) {
  const foreign = bundle
    .map(({ name }) => name)
    .filter((name) => zone.siblings !== undefined && name !== zone.name && !zone.siblings.includes(name))
    .flatMap((name) => [name, name.split('/').at(-1)]);
  const quote = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  const libraries = [
    ...zone.libraries,
    ...debt.filter((entry) => entry.zone === zone.name).map((entry) => entry.library),
  ];
  const allowed = [
    foreign.length === 0 ? String.raw`\.{1,2}\/` : String.raw`\.{1,2}\/(?!(?:\.\.\/)*(?:${foreign.join('|')})\/)`,
    ...(zone.platform === 'node' ? ['node:'] : []),
    ...zone.packages.map((name) => `${quote(workspaceName(name))}$`),
    ...libraries.map((name) => (name.endsWith('/') ? quote(name) : `${quote(name)}$`)),
  ];
  return `^(?!${allowed.join('|')})`;
}
