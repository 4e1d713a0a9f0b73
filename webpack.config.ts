// SPDX-License-Identifier: Apache-2.0
//
// What Tracewell changes in create-plugin's bundle, and nothing else:
// - entries by name: its own search for plugin.json walks through node_modules and data folders;
// - sources with explicit `.ts` endings, a target that leaves `**` on BigInt alone, React's automatic JSX runtime (Grafana shares it);
// - one chunk per plugin: Grafana looks for a nested plugin's further chunks in the wrong place;
// - workers as text inside the bundle, for the same reason.
import { build } from 'esbuild';
import { readFile } from 'fs/promises';
import path from 'path';
import ReplaceInFileWebpackPlugin from 'replace-in-file-webpack-plugin';
import webpack from 'webpack';
import { merge } from 'webpack-merge';
import type { Configuration, RuleSetRule } from 'webpack';
import baseConfig from './.config/webpack/webpack.config.ts';
import type { Env } from './.config/webpack/webpack.config.ts';

const entries = {
  module: './module.tsx',
  'datasource/module': './datasource/module.ts',
  'panels/waterfall/module': './panels/waterfall/module.ts',
  'panels/service-graph/module': './panels/service-graph/module.ts',
};

/** The images of nested plugins, which create-plugin does not copy. */
const nestedImages = ['datasource', 'panels/waterfall', 'panels/service-graph'];

const isScriptRule = (rule: RuleSetRule) => rule.test instanceof RegExp && rule.test.test('a.ts') && rule.exclude;

/** The script of the service map's layout worker. */
async function layoutWorker(): Promise<string> {
  const result = await build({
    entryPoints: ['packages/views/src/services/layout/layout-worker.ts'],
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    write: false,
    legalComments: 'none',
  });
  return result.outputFiles[0]?.text ?? '';
}

export default async function config(env: Env): Promise<Configuration> {
  const base = await baseConfig(env);
  const outdir = path.resolve(typeof env.outdir === 'string' ? env.outdir : 'dist');
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  const rules = (base.module?.rules ?? []).filter(
    (rule) => !(typeof rule === 'object' && rule !== null && isScriptRule(rule))
  );
  const { default: CopyWebpackPlugin } = await import('copy-webpack-plugin');
  return merge(
    {
      ...base,
      entry: undefined,
      module: undefined,
      plugins: (base.plugins ?? []).filter((plugin) => !(plugin instanceof ReplaceInFileWebpackPlugin)),
    },
    {
      entry: entries,
      output: { path: outdir },
      // One cache per folder: two builds at once must not write the same one. And per mode: React's development calls do
      // not exist in a production build.
      cache: {
        type: 'filesystem',
        name: `${outdir.replaceAll(/[^a-z0-9]+/gi, '-')}-${env.production === true ? 'production' : 'development'}`,
      },
      module: {
        rules: [
          ...rules,
          {
            test: /\.[tj]sx?$/,
            exclude: /node_modules/,
            use: {
              loader: 'swc-loader',
              options: {
                jsc: {
                  target: 'es2022',
                  parser: { syntax: 'typescript', tsx: true },
                  transform: { react: { runtime: 'automatic' } },
                },
              },
            },
          },
        ],
      },
      plugins: [
        new webpack.DefinePlugin({ TRACEWELL_LAYOUT_WORKER: JSON.stringify(await layoutWorker()) }),
        // As create-plugin has it, but for the folder that this build goes to.
        new ReplaceInFileWebpackPlugin([
          {
            dir: outdir,
            test: [/(^|\/)plugin\.json$/, /(^|\/)README\.md$/],
            rules: [
              { search: /%VERSION%/g, replace: version },
              { search: /%TODAY%/g, replace: new Date().toISOString().slice(0, 10) },
              { search: /%PLUGIN_ID%/g, replace: 'tracewell-app' },
            ],
          },
        ]),
        new webpack.optimize.LimitChunkCountPlugin({ maxChunks: 1 }),
        new CopyWebpackPlugin({
          patterns: nestedImages.map((folder) => ({ from: `${folder}/img/*`, to: '.' })),
        }),
      ],
      performance: { hints: false },
    }
  );
}
