// SPDX-License-Identifier: Apache-2.0
//
// Metrics queries in Search: lines, heatmap, table and comparison, and where they lead. And what the line helps with.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { testIds } from '../packages/views/src/test-ids.ts';
import { traceTestIds } from '../packages/views/src/trace/test-ids.ts';
import { dragOver, SearchPage } from './browser/search-page.ts';
import { expect, test } from './browser/test.ts';

const ids = testIds.metrics;

/** The series of the legend, as it lists them. */
const seriesIn = (page: Page) => page.getByTestId(ids.legend).getByRole('button', { pressed: true });

test('a rate is a line for each service, and a series leads to its traces', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range, '{ kind = server } | rate() by (resource.service.name)');
  await expect(page.getByTestId(ids.summary)).toHaveText('4 series');
  await expect(page.getByTestId(ids.chart).locator('canvas')).toBeVisible();
  // The busiest first.
  await expect(seriesIn(page)).toHaveText(['front', 'catalog', 'bank', 'basket']);

  await page.getByRole('button', { name: 'What is behind bank' }).click();
  await page.getByRole('menuitem', { name: 'Show these traces' }).click();
  await expect(search.total).toHaveText(`${String(shop.slow)} traces`);
  expect(search.addressQuery()).toBe('{ kind = server && resource.service.name = "bank" }');
  await page.goBack();
  await expect(page.getByTestId(ids.summary)).toHaveText('4 series');
});

test('a click in the legend shows one series alone, a second one all again', async ({ page, shop }) => {
  await new SearchPage(page).open(shop.range, '{ kind = server } | rate() by (resource.service.name)');
  await expect(seriesIn(page)).toHaveCount(4);
  await page.getByRole('button', { name: 'basket', exact: true }).click();
  await expect(seriesIn(page)).toHaveText(['basket']);
  await page.getByRole('button', { name: 'bank', exact: true }).click({ modifiers: ['Shift'] });
  await expect(seriesIn(page)).toHaveCount(2);
  await page.getByRole('button', { name: 'front', exact: true }).click();
  await page.getByRole('button', { name: 'front', exact: true }).click();
  await expect(seriesIn(page)).toHaveCount(4);
});

test('an exemplar opens its trace', async ({ page, shop }) => {
  await new SearchPage(page).open(shop.range, '{ name = "Charge" && status = error } | max_over_time(duration)');
  await page.getByTestId(ids.exemplar).first().focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId(traceTestIds.header)).toContainText('POST /checkout');
  expect(shop.failed.some((id) => page.url().includes(id))).toBe(true);
});

test('a drag over the lines is a time range', async ({ page, shop }) => {
  await new SearchPage(page).open(shop.range, '{} | rate()');
  const chart = page.getByTestId(ids.chart).locator('.u-over');
  await expect(chart).toBeVisible();
  await dragOver(page, chart, [0.5, 0.5], [0.9, 0.5]);
  await expect.poll(() => Number(new URL(page.url()).searchParams.get('from'))).toBeGreaterThan(shop.from + 200_000);
});

test('split by an attribute of the store', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range, '{ name = "GET /products" } | count_over_time()');
  await search.choose('Split by', 'span.tenant');
  await expect(seriesIn(page)).toHaveCount(2);
  expect(search.addressQuery()).toBe('{ name = "GET /products" } | count_over_time() by (span.tenant)');
});

test('a histogram is a heatmap, and a box over it asks about its spans', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range, '{ nestedSetParent < 0 } | histogram_over_time(duration)');
  await expect(page.getByTestId(ids.summary)).toHaveText(`${String(shop.quick + shop.slow)} spans`);
  const plot = page.getByTestId(ids.heatmap).locator('.u-over');
  await expect(plot).toBeVisible();
  // The slow ones are alone in the upper third.
  await dragOver(page, plot, [0.01, 0.01], [0.99, 0.33]);
  await page.getByTestId(ids.box).getByRole('link', { name: 'Show these traces' }).click();
  await expect(search.total).toHaveText(`${String(shop.slow)} traces`);
  expect(search.addressQuery()).toMatch(/nestedSetParent < 0 && duration > .* && duration <= /);
});

test('one value for the whole range is a table that sorts', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range, '{ kind = server } | max_over_time(duration) by (resource.service.name)');
  await page.getByRole('radio', { name: 'Table' }).click({ force: true });
  const table = page.getByTestId(ids.table);
  const rows = table.getByRole('row');
  await expect(rows).toHaveCount(5);
  await expect(rows.nth(1)).toContainText('front');
  await expect(rows.nth(1)).toContainText('2.5 s');
  await table.getByRole('button', { name: 'Value' }).click();
  await expect(rows.nth(1)).toContainText('catalog');
  await page.reload();
  await expect(rows).toHaveCount(5);
});

test('a comparison says what the failed ones have that others have not', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range, '{ nestedSetParent < 0 } | compare({ status = error })');
  const table = page.getByTestId(ids.comparison);
  const first = table.getByRole('row').nth(1);
  await expect(page.getByText(`${String(shop.failed.length)} spans in the selection`)).toBeVisible();
  await expect(first).toContainText('100 %');
  // What was selected by says nothing new.
  await expect(first.getByRole('cell').first()).not.toHaveText('status');
  await table.getByRole('link', { name: 'POST /checkout' }).first().click();
  await expect(search.total).toHaveText(`${String(shop.slow)} traces`);
});

test('the builder narrows a metric, and the line says what is wrong before it is run', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range, '{} | rate() by (resource.service.name)');
  await search.choose('Service', 'bank');
  await expect
    .poll(() => search.addressQuery())
    .toBe('{ resource.service.name = "bank" } | rate() by (resource.service.name)');
  await search.query.fill('{ statu = error } | rate() ');
  await search.query.press('Escape');
  await expect(page.getByTestId(testIds.search.queryError)).toContainText('Did you mean status?');
  await search.query.fill('{ status = error } | rate() ');
  await expect(page.getByRole('option', { name: 'by' })).toBeVisible();
  await expect(page.getByTestId(testIds.search.queryError)).toHaveCount(0);
});

test('pointing at a word, or F1 behind it, says what it means', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range, '{} | rate()');
  await expect(page.getByTestId(ids.summary)).toBeVisible();
  const word = await page.locator('[data-start]').filter({ hasText: 'rate' }).boundingBox();
  await page.mouse.move((word?.x ?? 0) + 4, (word?.y ?? 0) + 6);
  await expect(page.getByTestId(testIds.editor.help)).toContainText('Matching spans per second');
  await page.mouse.move(0, 0);
  await expect(page.getByTestId(testIds.editor.help)).toHaveCount(0);
  await search.query.press('Home');
  await search.query.press('End');
  await search.query.press('ArrowLeft');
  await search.query.press('ArrowLeft');
  await search.query.press('F1');
  await expect(page.getByTestId(testIds.editor.help)).toContainText('rate()');
});

test('queries of before come back with the arrow keys and from the list', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range);
  for (const query of ['{ name = "Charge" }', '{ name = "GetBasket" }']) {
    await search.run(query);
    await expect.poll(() => search.addressQuery()).toBe(query);
  }
  await page.reload();
  await search.query.fill('{ draft');
  await search.query.press('Escape');
  await search.query.press('ArrowUp');
  await expect(search.query).toHaveValue('{ name = "GetBasket" }');
  await search.query.press('ArrowUp');
  await expect(search.query).toHaveValue('{ name = "Charge" }');
  await search.query.press('ArrowDown');
  await search.query.press('ArrowDown');
  await expect(search.query).toHaveValue('{ draft');
  await page.getByTestId(testIds.editor.history).click();
  await page.getByRole('menuitem', { name: '{ name = "Charge" }' }).click();
  await expect.poll(() => search.addressQuery()).toBe('{ name = "Charge" }');
  await expect(search.total).toHaveText(`${String(shop.slow)} traces`);
});

test('the plan says how a query is run', async ({ page, shop }) => {
  await new SearchPage(page).open(shop.range, '{ name = "GetBasket" } && { status = error }');
  await page.getByTestId(testIds.plan.toggle).click();
  const plan = page.getByTestId(testIds.plan.panel);
  await expect(plan).toContainText('in all');
  await expect(plan.getByRole('row').nth(1)).toBeVisible();
  await plan.locator('summary').first().click();
  await expect(plan.getByText('SELECT').first()).toBeVisible();
});

test('no spans are said to be none', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range, '{ name = "nobody" } | rate()');
  await expect(page.getByTestId(ids.empty)).toBeVisible();
});

test.describe('a query that the store refuses', () => {
  test.use({ requestsMayFail: true });
  test('is marked where it is wrong', async ({ page, shop }) => {
    await new SearchPage(page).open(shop.range, '{ foo } | rate()');
    await expect(page.getByTestId(testIds.search.queryError)).toContainText('unknown identifier: foo');
    await expect(page.getByTestId(testIds.search.query)).toHaveAttribute('aria-invalid', 'true');
  });
});

const shown: readonly (readonly [name: string, query: string, testId: string])[] = [
  ['Lines', '{ kind = server } | rate() by (resource.service.name)', ids.legend],
  ['Heatmap', '{} | histogram_over_time(duration)', ids.heatmap],
  ['Comparison', '{} | compare({ status = error })', ids.comparison],
];

for (const colorScheme of ['dark', 'light'] as const) {
  test.describe(`${colorScheme} theme`, () => {
    test.use({ colorScheme });
    for (const [name, query, testId] of shown) {
      test(`${name}: no serious violation, and no scrolling as a whole in 1000 pixels`, async ({ page, shop }) => {
        await page.setViewportSize({ width: 1000, height: 800 });
        await new SearchPage(page).open(shop.range, query);
        await expect(page.getByTestId(testId)).toBeVisible();
        const { violations } = await new AxeBuilder({ page }).analyze();
        const serious = violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
        expect(serious).toEqual([]);
        const overflow = await page.evaluate(() => {
          const { scrollWidth, scrollHeight, clientWidth, clientHeight } = document.documentElement;
          return [scrollWidth - clientWidth, scrollHeight - clientHeight];
        });
        expect(overflow).toEqual([0, 0]);
      });
    }
  });
}
