// SPDX-License-Identifier: Apache-2.0
//
// The app's pages in Grafana: their state is in the address, a copied link restores it, Back undoes, links are links.
import { testIds } from '../../packages/views/src/test-ids.ts';
import { traceTestIds } from '../../packages/views/src/trace/test-ids.ts';
import { chooseSpan, details, fixedRange, param, rows, someTraceId, total } from './app.ts';
import { expect, test } from './test.ts';

test.setTimeout(180_000);

test('the app opens with the search, and says so in the address and the breadcrumbs', async ({ page, picture }) => {
  await page.goto('a/tracewell-app');
  await expect(rows(page).first()).toBeVisible();
  await expect(page).toHaveURL(/\/a\/tracewell-app\/search\?.*ds=/);
  await expect(page.getByRole('navigation', { name: 'Breadcrumbs' }).getByText('Search')).toBeVisible();
  await picture('search');
});

test('a search: what is asked is in the address, a copied link shows the same, Back undoes', async ({
  page,
  context,
}) => {
  await page.goto(`a/tracewell-app/search?ds=tracewell&${fixedRange()}`);
  const all = await total(page).textContent();
  const line = page.getByTestId(testIds.search.query).getByRole('textbox').or(page.getByTestId(testIds.search.query));
  await line.first().fill('{ name = "PlaceOrder" }');
  await line.first().press('Enter');
  await expect.poll(() => param(page, 'q')).toBe('{ name = "PlaceOrder" }');
  await expect(total(page)).not.toHaveText(all ?? '');
  await page.getByRole('radio', { name: 'Slowest' }).check({ force: true });
  await expect.poll(() => param(page, 'order')).toBe('slowest');

  const other = await context.newPage();
  await other.goto(page.url());
  const some = await total(other).textContent();
  const slowest = await rows(other).first().textContent();
  await expect(total(page)).toHaveText(some ?? '');
  await expect(rows(page).first()).toHaveText(slowest ?? '');
  await other.close();

  await page.goBack();
  await expect.poll(() => param(page, 'order')).toBeNull();
  await page.goBack();
  await expect.poll(() => param(page, 'q')).toBeNull();
  await expect(total(page)).toHaveText(all ?? '');
});

test("the time range is Grafana's, in the address, and goes along to the next page", async ({ page }) => {
  await page.goto('a/tracewell-app/search?ds=tracewell');
  await page.getByTestId('data-testid TimePicker Open Button').click();
  await page.getByText('Last 15 minutes', { exact: true }).click();
  await expect.poll(() => param(page, 'from')).toBe('now-15m');
  await page.getByTestId('open-trace').fill('ab12');
  await page.getByTestId('open-trace').press('Enter');
  await expect(page).toHaveURL(/\/trace\?/);
  expect(param(page, 'from')).toBe('now-15m');
  await page.goBack();
  await page.goBack();
  await expect.poll(() => param(page, 'from')).toBeNull();
});

test.describe('a trace', () => {
  test('from the list to a span, and again by a copied link', async ({ page, context, picture }) => {
    await page.goto(`a/tracewell-app/search?ds=tracewell&q=${encodeURIComponent('{ name = "PlaceOrder" }')}`);
    await rows(page).first().click();
    await expect(page.getByTestId(traceTestIds.waterfall)).toBeVisible();
    await expect(page).toHaveURL(/\/a\/tracewell-app\/trace\?.*id=[0-9a-f]{32}/);
    await chooseSpan(page, 'PlaceOrder');
    await expect.poll(() => param(page, 'span')).toMatch(/^[0-9a-f]{16}$/);
    await picture('trace');

    const other = await context.newPage();
    await other.goto(page.url());
    await expect(details(other).getByRole('heading', { name: 'PlaceOrder', exact: true })).toBeVisible();
    await other.close();

    await page.goBack();
    await expect.poll(() => param(page, 'span')).toBeNull();
    await page.goBack();
    await expect(rows(page).first()).toBeVisible();
  });

  test('its links are links: followed within the page, or in a tab of their own', async ({ page, context }) => {
    await page.goto('a/tracewell-app/trace?ds=tracewell');
    const link = page.getByRole('link', { name: 'Search traces' });
    await expect(link).toBeVisible();
    for (const modifier of ['ControlOrMeta', 'Shift'] as const) {
      const [opened] = await Promise.all([context.waitForEvent('page'), link.click({ modifiers: [modifier] })]);
      await expect(rows(opened).first()).toBeVisible();
      await opened.close();
      await expect(page).toHaveURL(/\/trace\?/);
    }
    await page.evaluate(() => Object.assign(window, { tracewellStayed: true }));
    await link.click();
    await expect(rows(page).first()).toBeVisible();
    expect(await page.evaluate(() => 'tracewellStayed' in window)).toBe(true);
  });
});

test('the services, one of them chosen, and again by a copied link', async ({ page, context, picture }) => {
  await page.goto(`a/tracewell-app/services?ds=tracewell&${fixedRange()}`);
  const map = page.getByTestId(testIds.services.map);
  await expect(map).toBeVisible();
  await map.getByText('checkout', { exact: true }).first().click();
  await expect(page.getByTestId(testIds.services.panel)).toContainText('checkout');
  await picture('services');
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(other.getByTestId(testIds.services.panel)).toContainText('checkout');
  await other.close();
  await page.getByTestId(testIds.services.showTraces).first().click();
  await expect(page).toHaveURL(/\/a\/tracewell-app\/search\?/);
  await expect(rows(page).first()).toBeVisible();
});

for (const width of [1600, 1000]) {
  test(`pages fill the window at ${String(width)} pixels and do not scroll as a whole`, async ({ page, request }) => {
    await page.setViewportSize({ width, height: 900 });
    const id = await someTraceId(request);
    for (const [path, ready] of [
      ['search?', testIds.search.total],
      [`trace?id=${id}&`, traceTestIds.waterfall],
      ['services?', testIds.services.map],
    ] as const) {
      await page.goto(`a/tracewell-app/${path}ds=tracewell`);
      await expect(page.getByTestId(ready)).toBeVisible();
      const over = await page.evaluate(() => {
        const { scrollHeight, scrollWidth, clientHeight, clientWidth } = document.documentElement;
        return [scrollHeight - clientHeight, scrollWidth - clientWidth];
      });
      expect(over, path).toEqual([0, 0]);
    }
  });
}
