// SPDX-License-Identifier: Apache-2.0
import type { KnipConfig } from 'knip';

const config: KnipConfig = {
  workspaces: {
    '.': {
      entry: ['tooling/*.mjs', 'bench/*.{mjs,ts}', 'tests/**/*.{ts,mjs}'],
      project: ['tooling/**', 'bench/**', 'tests/**'],
    },
    'packages/server': { entry: ['src/main.ts', 'bin/tracewell.js'], project: ['src/**/*.ts'] },
    'packages/store': { entry: ['src/index.ts', 'src/worker.ts'], project: ['src/**/*.ts'] },
    'packages/console': { entry: ['src/main.tsx', 'build.mjs'], project: ['src/**/*.{ts,tsx}'] },
    'packages/demo': { entry: ['src/main.ts'], project: ['src/**/*.ts'] },
    'packages/*': { entry: ['src/index.ts'], project: ['src/**/*.{ts,tsx}'] },
  },
  // Every export of an index.ts is a package's interface, whether another package uses it yet or not.
  ignoreExportsUsedInFile: true,
};

export default config;
