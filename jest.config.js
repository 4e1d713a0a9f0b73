// Unit and integration tests of the workspaces. TypeScript is compiled by swc, to CommonJS because
// that is what jest runs; the sources themselves are ES modules.
const swc = [
  '@swc/jest',
  {
    jsc: {
      parser: { syntax: 'typescript', tsx: true, decorators: false },
      transform: { react: { runtime: 'automatic' } },
      target: 'es2022',
    },
    module: { type: 'commonjs' },
  },
];

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/packages', '<rootDir>/src', '<rootDir>/tests', '<rootDir>/tooling'],
  testMatch: ['**/*.test.ts', '**/*.test.tsx'],
  transform: { '^.+\\.(t|j|mj)sx?$': swc },
  moduleNameMapper: {
    '^@grafana/data$': '<rootDir>/tooling/grafana-data-for-jest.cjs',
    // What draws needs a browser; tests of that are Playwright's.
    '^@tracewell/views$': '<rootDir>/packages/views/src/headless.ts',
  },
  extensionsToTreatAsEsm: [],
  transformIgnorePatterns: [
    '/node_modules/(?!(@tracewell|tracewell|re2js|d3|d3-[a-z-]+|internmap|delaunator|robust-predicates|@dagrejs)/)',
  ],
  testTimeout: 30_000,
};
