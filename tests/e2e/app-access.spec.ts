// SPDX-License-Identifier: Apache-2.0
//
// The app for people with less rights, without its data source, and with wrong input: said, never thrown.
import { testIds } from '../../packages/views/src/test-ids.ts';
import { traceTestIds } from '../../packages/views/src/trace/test-ids.ts';
import { asViewer, chooseSpan, details, rows, someTraceId } from './app.ts';
import { expect, test } from './test.ts';

test.setTimeout(180_000);

test.describe('a Viewer', () => {
  // plugin-e2e's own page stands at Grafana's home, which reads news from the internet; the Viewer's page is watched below.
  test.use({ requestsMayFail: true });

  test('searches, reads a trace and sees the services', async ({ browser, request, baseURL, picture }) => {
    const id = await someTraceId(request);
    await asViewer(browser, request, baseURL ?? '', async (page) => {
      const complaints: string[] = [];
      page.on('pageerror', ({ message }) => complaints.push(message));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      await page.goto('a/tracewell-app');
      await expect(rows(page).first()).toBeVisible();
      await picture('viewer-search', page);
      await page.goto(`a/tracewell-app/trace?ds=tracewell&id=${id}`);
      await chooseSpan(page, 'PlaceOrder');
      // Explore is not for Viewers: links to it are not offered.
      await expect(details(page).getByRole('link', { name: 'Logs' })).toHaveCount(0);
      await page.goto('a/tracewell-app/services?ds=tracewell');
      await expect(page.getByTestId(testIds.services.map)).toBeVisible();
      await page.goto('a/tracewell-app/search?ds=nowhere');
      await expect(page.getByTestId('missing-datasource')).toContainText('you may not query it');
      await expect(page.getByRole('link', { name: 'Add data source' })).toHaveCount(0);
      expect(complaints).toEqual([]);
    });
  });
});

test('a deleted data source is said, and another one can be chosen', async ({ page, request, picture }) => {
  const uid = `gone-${String(Date.now())}`;
  const made = await request.post('api/datasources', {
    data: { uid, name: uid, type: 'tracewell-datasource', access: 'proxy', url: 'http://127.0.0.1:1' },
  });
  expect(made.status(), await made.text()).toBe(200);
  try {
    await page.goto('a/tracewell-app/services?ds=tracewell');
    await expect(page.getByTestId(testIds.services.map)).toBeVisible();
    // With two of them there is a choice.
    await expect(page.getByRole('combobox', { name: /data source/i })).toBeVisible();
  } finally {
    await request.delete(`api/datasources/uid/${uid}`);
  }
  await page.goto(`a/tracewell-app/search?ds=${uid}`);
  await expect(page.getByTestId('missing-datasource')).toContainText(uid);
  await picture('deleted');
  await page.getByRole('button', { name: 'Use Tracewell' }).click();
  await expect(rows(page).first()).toBeVisible();
});

test('the id of a trace in capitals and with dashes', async ({ page, request }) => {
  const id = await someTraceId(request);
  const written = id.toUpperCase().replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  await page.goto('a/tracewell-app/search?ds=tracewell');
  await page.getByTestId('open-trace').fill(written);
  await page.getByTestId('open-trace').press('Enter');
  await expect(page.getByTestId(traceTestIds.waterfall)).toBeVisible();
});

test.describe('requests that fail', () => {
  test.use({ requestsMayFail: true });

  for (const [name, id] of [
    ['a trace that does not exist', '00000000000000000000000000000bad'],
    ['half an id', 'e851f34943fbd09c'],
  ] as const) {
    test(name, async ({ page, picture }) => {
      await page.goto(`a/tracewell-app/trace?ds=tracewell&id=${id}`);
      await expect(page.getByTestId(traceTestIds.notFound)).toContainText(/Not found in the last \d+ days/);
      await picture(name.replaceAll(' ', '-'));
    });
  }

  test('TraceQL with a mistake: shown at its place', async ({ page, picture }) => {
    await page.goto(`a/tracewell-app/search?ds=tracewell&q=${encodeURIComponent('{ duration > }')}`);
    await expect(page.getByTestId(testIds.search.queryError)).toBeVisible();
    await picture('traceql-error');
  });

  test('a store that is down: said, with a way to try again', async ({ page, picture }) => {
    await page.route(/datasources\/proxy\/uid\/tracewell\//, (route) => route.fulfill({ status: 502, body: '' }));
    await page.goto('a/tracewell-app/search?ds=tracewell');
    await expect(page.getByText('The search failed')).toBeVisible();
    await picture('down');
    await page.getByRole('button', { name: 'Try again' }).last().click();
    await expect(page.getByText('The search failed')).toBeVisible();
    // From here on it recovers by itself.
    await page.unrouteAll();
    await expect(rows(page).first()).toBeVisible();
  });
});
