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

test('a search finds the slow trace, and its id in the table opens it beside', async ({ page, picture, request }) => {
  const { traceId } = await slowestExemplar(request);
  const query = `{ name = "rebuild index" && duration > 500ms && trace:id = "${traceId}" }`;
  await openExplore(page, 'tempo', { queryType: 'traceql', tableType: 'traces', limit: 500, query });
  // Tempo's search leaves out leading zeros.
  const found = page.getByText(/^[0-9a-f]{20,32}$/);
  await expect(found.first()).toBeVisible();
  expect((await found.allTextContents()).map((id) => id.padStart(32, '0'))).toEqual([traceId]);
  await picture('search');
  await found.first().click();
  await expect(spanRow(page, /rebuild index/)).toBeVisible();
  await picture('search-trace');
});
