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

test('runs a search, whose first trace opens', async ({ page, picture, request }) => {
  await slowestExemplar(request);
  await openExplore(page, 'tempo', {
    queryType: 'traceql',
    query: '{ name = "rebuild index" && duration > 500ms }',
    limit: 20,
    tableType: 'traces',
  });
  const ids = page.getByRole('link', { name: /^[0-9a-f]{30,32}$/ });
  await expect(ids.first()).toBeVisible();
  await picture('search');
  await ids.first().click();
  await expect(spanRow(page, /rebuild index/)).toBeVisible();
  await picture('found');
});
