// SPDX-License-Identifier: Apache-2.0
//
// Grafana's own Tempo data source on our store: it opens a trace by its id and runs a search.
import { openExplore, slowestExemplar, spanRow } from './grafana.ts';
import { expect, test } from './test.ts';

test.setTimeout(400_000);

test('opens a trace by its id', async ({ page, picture, request }) => {
  const { traceId } = await slowestExemplar(request);
  await openExplore(page, 'tempo', { queryType: 'traceql', query: traceId });
  await expect(spanRow(page, /^web/)).toBeVisible();
  await expect(spanRow(page, /rebuild index/)).toBeVisible();
  await picture('trace');
});

interface QueryAnswer {
  readonly results: {
    readonly A: {
      readonly frames: readonly {
        readonly schema: { readonly fields: readonly { readonly name: string }[] };
        readonly data: { readonly values: readonly (readonly unknown[])[] };
      }[];
    };
  };
}

// Through the program behind Grafana's Tempo data source, and not on the page: what its table looks like is Grafana's.
test('runs a search that finds the slow trace', async ({ request }) => {
  const { traceId } = await slowestExemplar(request);
  const query = '{ name = "rebuild index" && duration > 500ms }';
  const answer = await request.post('api/ds/query', {
    data: {
      from: 'now-30m',
      to: 'now',
      queries: [
        {
          refId: 'A',
          datasource: { type: 'tempo', uid: 'tempo' },
          queryType: 'traceql',
          tableType: 'traces',
          limit: 500,
          query,
        },
      ],
    },
  });
  expect(answer.status(), await answer.text()).toBe(200);
  const { results } = (await answer.json()) as QueryAnswer;
  const found = results.A.frames.flatMap(({ data }) => data.values.flat());
  expect(found).toContain(traceId);
});
