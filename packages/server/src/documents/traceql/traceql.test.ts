// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startRealServer, type RealServer } from '../../testing/real-server.ts';
import { traceQlChapters } from '../traceql-document.ts';
import { runExample } from './run-example.ts';
import { shopSpans } from './shop.ts';

let real: RealServer;

beforeAll(async () => {
  real = await startRealServer();
  await real.ingest(shopSpans());
});
afterAll(() => real.close());

describe.each(traceQlChapters.map(({ title, examples }) => [title, examples] as const))('%s', (_title, examples) => {
  test.each(examples.map((example) => [example.says, example] as const))('%s', async (_says, example) => {
    expect(await runExample(example, real)).toEqual(example.answer);
  });
});

test('sealing changes no answer', async () => {
  await real.store.seal();
  for (const example of traceQlChapters.flatMap(({ examples }) => examples)) {
    expect([example.query, await runExample(example, real)]).toEqual([example.query, example.answer]);
  }
});
