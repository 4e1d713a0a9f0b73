// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { errorsDocument } from './errors-document.ts';
import { configurationDocument, helpForOptions } from './configuration-document.ts';
import { environmentVariable, options } from '../config/options.ts';
import { parseConfig } from '../config/parse.ts';
import { createQueryServer, type QueryServer } from '../listen/query-server.ts';
import { compatibilityDocument, compatibilityParts } from './compatibility-document.ts';
import { traceQlDocument } from './traceql-document.ts';
import { createFakeStore } from '../testing/fake-store.ts';
import { createLog } from '../telemetry/log.ts';
import { createMetrics } from '../telemetry/metrics.ts';

const docs = path.join(__dirname, '../../../../docs');

/** Generated documents: compared here, and written with UPDATE_DOCS=1. */
describe.each([
  ['configuration.md', configurationDocument],
  ['errors.md', errorsDocument],
  ['traceql.md', traceQlDocument],
  ['compatibility.md', compatibilityDocument],
])('docs/%s', (name, make) => {
  test('is what the tables in the code say', () => {
    const file = path.join(docs, name);
    if (process.env['UPDATE_DOCS'] === '1') {
      writeFileSync(file, make());
    }
    expect(readFileSync(file, 'utf8')).toBe(make());
  });
});

test('--help names every flag, its meaning and its default', () => {
  const help = helpForOptions();
  for (const option of Object.values(options)) {
    expect(help).toContain(`--${option.flag}`);
    expect(help).toContain(option.description);
    expect(configurationDocument()).toContain(environmentVariable(option.flag));
  }
  expect(help).toContain('(default 127.0.0.1:3200)');
  expect(help).toContain('(default 7d)');
});

describe('docs/compatibility.md', () => {
  const tests = compatibilityParts.flatMap(({ rows }) => rows.map(({ test: named }) => named));

  test.each(tests.map((each) => [each.file, each.title] as const))('%s has a test %j', (file, title) => {
    const source = readFileSync(path.join(docs, '..', file), 'utf8');
    const quoted = [`'${title}'`, `"${title}"`, `\`${title}\``];
    expect(quoted.filter((text) => source.includes(text))).toHaveLength(1);
  });

  test('says each thing once', () => {
    const named = compatibilityParts.flatMap(({ title, rows }) => rows.map(({ what }) => `${title}: ${what}`));
    expect(new Set(named).size).toBe(named.length);
  });
});

describe('docs/api.md', () => {
  let server: QueryServer;
  beforeAll(async () => {
    const store = createFakeStore();
    server = await createQueryServer({
      store,
      config: parseConfig([], {}),
      version: 'test',
      otlp: { http: '', grpc: '' },
      log: createLog({ level: 'silent', format: 'json' }, { write: () => undefined }),
      metrics: createMetrics(store, 'test'),
      credentials: { required: false, challenge: '', allows: () => true },
      isAllowedHost: () => true,
      console: { files: new Map() },
    });
  });
  afterAll(() => server.close());

  test('has a line for every route, and no other', () => {
    const documented = [...readFileSync(path.join(docs, 'api.md'), 'utf8').matchAll(/^\| `(\/[^`]*)` +\|/gm)].map(
      ([, route]) => route
    );
    const pages = ['/', '/search', '/trace', '/trace/*', '/services'];
    expect(documented.sort()).toEqual(server.routes.filter((route) => !pages.includes(route)).sort());
  });
});
