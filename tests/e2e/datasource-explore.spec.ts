// SPDX-License-Identifier: Apache-2.0
//
// Our data source in Explore: what a search finds opens, a service's node leads to its traces, and what was mistyped is said
// where it was typed.
import { lastPane, openExplore, spanRow } from './grafana.ts';
import { expect, test } from './test.ts';

test('a search finds traces, and an id in its table opens one beside it', async ({ page, picture }) => {
  await openExplore(page, 'tracewell', { queryType: 'traceql', query: '{ resource.service.name = "storefront" }' });
  await page
    .getByText(/^[0-9a-f]{32}$/)
    .first()
    .click();
  const pane = await lastPane(page, 'tracewell');
  await expect.poll(async () => (await lastPane(page, 'tracewell')).queries[0]?.query).toMatch(/^[0-9a-f]{32}$/);
  expect(pane.queries).toHaveLength(1);
  await expect(spanRow(page, /storefront/)).toBeVisible();
  await picture('trace');
});

test('an id in upper case with dashes opens its trace', async ({ page, request }) => {
  const answer = await request.get('api/datasources/proxy/uid/tracewell/api/search', {
    params: { q: '{ kind = server }' },
  });
  const { traces } = (await answer.json()) as { traces: { traceID: string }[] };
  const id = (traces[0]?.traceID ?? '').padStart(32, '0');
  const dashed = id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-').toUpperCase();
  await openExplore(page, 'tracewell', { query: dashed });
  await expect(page.getByText('Trace id', { exact: true })).toBeVisible();
  await expect(page.getByText(id, { exact: true }).last()).toBeVisible();
});

test('an id without a trace, and half an id, are said', async ({ page, picture }) => {
  await openExplore(page, 'tracewell', { queryType: 'traceql', query: '0123456789abcdef0123456789abcdef' });
  await expect(page.getByText(/was not found in the last \d+ days? of this store/)).toBeVisible();
  await openExplore(page, 'tracewell', { queryType: 'traceql', query: '0123456789' });
  await expect(page.getByText(/this has 10\. Is it all of it\?/).first()).toBeVisible();
  await picture('half an id');
});

test('a node of the service graph leads to the traces of its service', async ({ page, picture }) => {
  await openExplore(page, 'tracewell', { queryType: 'serviceGraph', query: '' });
  await page.getByTestId('node-click-rect-checkout').click();
  await picture('menu of a node');
  await page.getByText('Show traces').click();
  await expect
    .poll(async () => (await lastPane(page, 'tracewell')).queries[0]?.query)
    .toBe('{ resource.service.name = "checkout" }');
});

test('Shift+Enter runs what was typed', async ({ page }) => {
  await openExplore(page, 'tracewell', { queryType: 'traceql', query: '' });
  const line = page.getByTestId('tracewell-query');
  await line.fill('{ name = "no span is called this" }');
  await line.press('Shift+Enter');
  await expect(page.getByText('0 series returned')).toBeVisible();
});
