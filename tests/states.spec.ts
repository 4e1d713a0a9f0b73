// SPDX-License-Identifier: Apache-2.0
//
// What the pages say while they wait, when there is nothing, when something is missing and when something broke.
import { testIds } from '../packages/views/src/test-ids.ts';
import { traceTestIds } from '../packages/views/src/trace/test-ids.ts';
import { SearchPage } from './browser/search-page.ts';
import { expect, test } from './browser/test.ts';

const searchRoute = '**/tracewell/api/v1/search?*';
const traceRoute = '**/api/v2/traces/*';

test.use({ requestsMayFail: true });

test('nothing found: says so and offers a longer range', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range, '{ name = "never sent" }');
  const empty = page.getByTestId(testIds.search.empty);
  await expect(empty).toContainText('No trace in this time range matches the query');
  await empty.getByRole('button', { name: 'Look at the last 24 hours' }).click();
  await expect(page).toHaveURL(/from=now-24h/);
});

test('an empty store: says how to send the first span', async ({ page }) => {
  await page.route('**/capabilities', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...((await response.json()) as object), spans: 0 } });
  });
  await page.goto('/search?from=1000000000000&to=1000000060000');
  const empty = page.getByTestId(testIds.search.empty);
  await expect(empty).toContainText('No spans have arrived yet');
  await expect(empty).toContainText(/OTEL_EXPORTER_OTLP_ENDPOINT=http:\/\/127\.0\.0\.1:\d+/);
  await expect(empty).toContainText('curl');
  await expect(empty.getByRole('button', { name: 'Copy' })).toHaveCount(2);
});

test('a store that takes no spans: says why, above what it still finds', async ({ page, shop }) => {
  const reason = 'the disk has 1 MB free, less than the floor of 512 MB; make room';
  await page.route('**/capabilities', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...((await response.json()) as object), trouble: reason } });
  });
  const search = new SearchPage(page);
  await search.open(shop.range, '{ name = "Charge" }');
  await expect(page.getByRole('status').filter({ hasText: 'New spans are not taken' })).toContainText(reason);
  await expect(search.rows).toHaveCount(shop.slow);
});

test('loading: keeps the old rows, shows progress, can be stopped and asked again', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range, '{ name = "Charge" }');
  await expect(search.rows).toHaveCount(shop.slow);
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(searchRoute, async (route) => {
    await held;
    await route.continue().catch(() => undefined);
  });
  await search.run('{ name = "Charge" && status = error }');
  await expect(page.getByText('Searching')).toBeVisible();
  await expect(search.rows).toHaveCount(shop.slow);
  await page.getByTestId(testIds.search.cancel).click();
  await expect(page.getByText('Stopped. What is shown is from before.')).toBeVisible();
  release();
  await page.unroute(searchRoute);
  await page.getByRole('button', { name: 'Ask again' }).click();
  await expect(search.rows).toHaveCount(shop.failed.length);
});

test('a syntax error is shown at its place', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range, '{ name = "Charge" }');
  await expect(search.rows).toHaveCount(shop.slow);
  await search.run('{ name = }');
  const error = page.getByTestId(testIds.search.queryError);
  await expect(error).toContainText('line 1');
  await expect(search.query).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByTestId(testIds.search.results)).toBeVisible();
  await search.run('{ name = "Charge" && status = error }');
  await expect(error).toHaveCount(0);
  await expect(search.rows).toHaveCount(shop.failed.length);
});

test('a store that went away: asked again by itself until it is there', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await page.route(searchRoute, (route) => route.abort('connectionrefused'));
  await search.open(shop.range, '{ name = "Charge" }');
  const alert = page.getByRole('alert').filter({ hasText: 'The search failed' });
  await expect(alert).toContainText('asked again by itself');
  await page.unroute(searchRoute);
  await expect(search.rows).toHaveCount(shop.slow, { timeout: 30_000 });
  await expect(alert).toHaveCount(0);
});

test('a failing store: says so, keeps what was there, and tries again', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range, '{ name = "Charge" }');
  await expect(search.rows).toHaveCount(shop.slow);
  await page.route(searchRoute, (route) => route.fulfill({ status: 500, body: 'the disk is on fire' }));
  await search.run('{ name = "Charge" && status = error }');
  const alert = page.getByRole('alert').filter({ hasText: 'The search failed' });
  await expect(alert).toContainText('the disk is on fire');
  await expect(search.rows).toHaveCount(shop.slow);
  await page.unroute(searchRoute);
  await alert.getByRole('button', { name: 'Try again' }).click();
  await expect(search.rows).toHaveCount(shop.failed.length);
  await expect(alert).toHaveCount(0);
});

test('a store that is gone is named as such on every page', async ({ page, shop }) => {
  await page.route(/\/(tracewell\/api|api)\//, (route) => route.abort('connectionrefused'));
  for (const address of [`/search?${shop.range}`, `/services?${shop.range}`, `/trace/${shop.fine[0] ?? ''}`]) {
    await page.goto(address);
    await expect(page.getByText('The store does not answer').first()).toBeVisible();
    await expect(page.getByRole('button', { name: 'Try again' }).first()).toBeVisible();
  }
});

test('a partial answer says what is missing', async ({ page, shop }) => {
  await page.route(searchRoute, async (route) => {
    const response = await route.fetch();
    await route.fulfill({
      response,
      json: { ...((await response.json()) as object), partial: 'Two blocks could not be read.' },
    });
  });
  const search = new SearchPage(page);
  await search.open(shop.range);
  await expect(page.getByText('This answer is not complete')).toBeVisible();
  await expect(page.getByText('Two blocks could not be read.')).toBeVisible();
  await expect(search.rows.first()).toBeVisible();
});

test('a trace that nobody sent is said to be missing', async ({ page }) => {
  await page.goto('/trace/00000000000000000000000000000bad');
  await expect(page.getByTestId(traceTestIds.notFound)).toBeVisible();
});

test('a trace on its way: says so, can be stopped and asked for again', async ({ page, shop }) => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(traceRoute, async (route) => {
    await held;
    await route.continue().catch(() => undefined);
  });
  await page.goto(`/trace/${shop.fine[0] ?? ''}`);
  await expect(page.getByRole('status').filter({ hasText: 'Loading the trace' })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('Stopped before there was an answer.')).toBeVisible();
  await expect(page.getByTestId(traceTestIds.notFound)).toHaveCount(0);
  release();
  await page.unroute(traceRoute);
  await page.getByRole('button', { name: 'Ask again' }).click();
  await expect(page.getByTestId(traceTestIds.header)).toContainText('POST /checkout');
});

test('the trace before stays until the next one is there, and when that fails', async ({ page, shop }) => {
  const [first = '', second = ''] = shop.fine;
  await page.goto(`/trace/${first}`);
  await expect(page.getByTestId(traceTestIds.header)).toContainText(first);
  await page.route(traceRoute, (route) => route.fulfill({ status: 500, body: 'the disk is on fire' }));
  await page.getByPlaceholder('Open a trace by its id').fill(second);
  await page.keyboard.press('Enter');
  const alert = page.getByRole('alert').filter({ hasText: 'The trace could not be loaded' });
  await expect(alert).toContainText('the disk is on fire');
  await expect(page.getByTestId(traceTestIds.header)).toContainText(first);
  await page.unroute(traceRoute);
  await alert.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId(traceTestIds.header)).toContainText(second);
  await expect(alert).toHaveCount(0);
});
