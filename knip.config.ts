// SPDX-License-Identifier: Apache-2.0
import type { KnipConfig } from 'knip';

const config: KnipConfig = {
  workspaces: {
    '.': {
      // bench/run.mjs bundles bench/src/main.ts and bench/soak/main.ts; the tests are run by jest and Playwright, or start others.
      // Grafana loads each plugin's module; webpack.config.ts is compiled by tooling/build-plugin.mjs.
      entry: [
        'tooling/*.mjs',
        'bench/src/main.ts',
        'bench/soak/main.ts',
        'bench/soak.mjs',
        'tests/**/*.{ts,mjs}',
        'src/**/module.{ts,tsx}',
      ],
      project: ['tooling/**', 'bench/**', 'tests/**', 'src/**'],
      ignoreDependencies: [
        // Named by create-plugin's settings for style sheets that the bundle does not have.
        'sass-loader',
        // Imported by create-plugin's settings, which knip does not read (a folder that starts with a dot).
        'eslint-webpack-plugin',
        'fork-ts-checker-webpack-plugin',
        'glob',
        'terser-webpack-plugin',
        'webpack-livereload-plugin',
        'webpack-subresource-integrity',
        'webpack-virtual-modules',
        // Types for the part of `d3` that packages/views/src/services/layout/d3.d.ts names.
        '@types/d3-force',
      ],
      // Installed by .ci/run, or with Prometheus; the tests that need them say when they are missing.
      ignoreBinaries: ['strace', 'promtool', 'unshare'],
    },
    'packages/server': { entry: ['src/main.ts'], project: ['src/**/*.ts'], ignoreBinaries: ['promtool'] },
    'packages/store': {
      entry: ['src/worker.ts', 'src/testing/crash-child.ts', 'src/testing/model/store-child.ts'],
      project: ['src/**/*.ts'],
    },
    'packages/views': {
      // Each host bundles the worker its own way; the harness is a page for looking at the views by hand.
      entry: ['src/services/layout/layout-worker.ts', 'src/trace/testing/harness.tsx'],
      project: ['src/**/*.{ts,tsx}'],
    },
    'packages/console': {
      entry: ['src/main.tsx', 'build.mjs'],
      project: ['src/**/*.{ts,tsx}'],
      // Files of these are copied by build.mjs.
      ignoreDependencies: ['@fontsource/inter', '@fontsource/roboto-mono'],
    },
    'packages/*': { project: ['src/**/*.{ts,tsx}'] },
  },
  ignoreExportsUsedInFile: true,
};

export default config;
