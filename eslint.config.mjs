// SPDX-License-Identifier: Apache-2.0
import importX from 'eslint-plugin-import-x';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import { forbiddenImports, zones } from './tooling/boundaries.mjs';

const tests = ['**/*.test.ts', '**/*.test.tsx', '**/testing/**'];

/** The import table as rules: what a zone must not import, and that nothing reaches into another package's files. */
const boundaries = zones.map((zone) => ({
  files: [`${zone.folder}/**/*.{ts,tsx}`],
  ignores: tests,
  rules: {
    'import-x/no-relative-packages': 'error',
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: forbiddenImports(zone),
            message: `${zone.folder} must not import this: see tooling/boundaries.mjs.`,
          },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  {
    ignores: [
      '.config/**',
      'webpack.config.ts',
      '**/node_modules/**',
      '**/dist/**',
      'data/**',
      'coverage/**',
      'test-results/**',
      'playwright-report/**',
    ],
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './tsconfig.domain.json', './tsconfig.node.json', './tsconfig.web.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver': { node: { extensions: ['.ts', '.tsx', '.js', '.mjs'] } } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'import-x/no-cycle': 'error',
      eqeqeq: 'error',
      'no-console': 'off',
    },
  },
  {
    files: tests,
    rules: {
      // jest's matchers are typed loosely; an assertion that does not fit fails when it runs.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['packages/views/src/**/*.{ts,tsx}', 'packages/console/src/**/*.{ts,tsx}', 'src/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  ...boundaries
);
