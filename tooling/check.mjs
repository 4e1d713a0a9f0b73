// SPDX-License-Identifier: Apache-2.0
//
// `npm run check`: types, lint (with the import table), format, dead code, licences.
import { runSteps } from './run-steps.mjs';

const tsc = (project) => ({ name: `types: ${project}`, command: 'npx', args: ['--no-install', 'tsc', '-p', project] });

const ok = runSteps([
  tsc('tsconfig.domain.json'),
  tsc('tsconfig.node.json'),
  tsc('tsconfig.web.json'),
  tsc('tsconfig.json'),
  { name: 'lint and import table', command: 'npx', args: ['--no-install', 'eslint', '.'], fix: 'npx eslint . --fix' },
  {
    name: 'format',
    command: 'npx',
    args: ['--no-install', 'prettier', '--check', '--log-level=warn', '.'],
    fix: 'npm run format',
  },
  { name: 'dead code', command: 'npx', args: ['--no-install', 'knip'] },
  { name: 'licences', command: process.execPath, args: ['tooling/notice.mjs', '--check'], fix: 'npm run notice' },
]);
process.exitCode = ok ? 0 : 1;
