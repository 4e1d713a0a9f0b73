// SPDX-License-Identifier: Apache-2.0
//
// The address is the state: a copied link shows another person the same, and Back undoes.
import { testIds } from '../packages/views/src/test-ids.ts';
import { traceTestIds } from '../packages/views/src/trace/test-ids.ts';
import { SearchPage } from './browser/search-page.ts';
import { expect, test } from './browser/test.ts';

test('a search: query, range and order', async ({ page, shop, context }) => {
  const search = new SearchPage(page);
  await search.open(shop.range);
  await search.run('{ name = "Charge" }');
  await page.getByRole('radio', { name: 'Slowest' }).click({ force: true });
  await expect(search.rows.first()).toHaveAttribute('data-trace-id', shop.fine.at(-1) ?? '');

  const copy = await context.newPage();
  await copy.goto(page.url());
  const other = new SearchPage(copy);
  await expect(other.query).toHaveValue('{ name = "Charge" }');
  await expect(other.rows.first()).toHaveAttribute('data-trace-id', shop.fine.at(-1) ?? '');
  await expect(copy.getByRole('radio', { name: 'Slowest' })).toBeChecked();
  expect(copy.url()).toBe(page.url());
});

test('a trace: selection, filter and zoom', async ({ page, shop, context }) => {
  await page.goto(`/trace/${shop.failed[0] ?? ''}`);
  await page.getByTestId(traceTestIds.filter).fill('status = error');
  await page.getByTestId(traceTestIds.waterfall).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('f');
  await expect(page).toHaveURL(/q=status.*zoom=|zoom=.*q=status/);
  const minimap = await page.getByTestId(traceTestIds.minimap).getAttribute('aria-label');

  const copy = await context.newPage();
  await copy.goto(page.url());
  await expect(copy.getByTestId(traceTestIds.filter)).toHaveValue('status = error');
  await expect(copy.getByTestId(traceTestIds.details)).toContainText('Charge');
  await expect(copy.getByTestId(traceTestIds.minimap)).toHaveAttribute('aria-label', minimap ?? '');
});

test('services: choice and focus', async ({ page, shop, context }) => {
  await page.goto(`/services?${shop.range}`);
  await page.locator('[data-node="bank"]').click();
  await expect(page.getByTestId(testIds.services.panel)).toContainText('bank');
  await page.keyboard.press('f');
  await expect(page).toHaveURL(/focus=bank/);

  const copy = await context.newPage();
  await copy.goto(page.url());
  await expect(copy.getByTestId(testIds.services.panel)).toContainText('bank');
  await expect(copy.locator('[data-node="catalog"]')).toHaveCount(0);
});

test('Back undoes queries, steps into a trace and selections', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range);
  await search.run('{ name = "Charge" }');
  await expect(search.total).toHaveText(`${String(shop.slow)} traces`);
  await search.run('{ name = "Charge" && status = error }');
  await expect(search.total).toHaveText(`${String(shop.failed.length)} traces`);
  await search.rows.first().getByRole('link').click();
  await expect(page.getByTestId(traceTestIds.header)).toContainText('POST /checkout');
  await page.goBack();
  await expect(search.total).toHaveText(`${String(shop.failed.length)} traces`);
  await page.goBack();
  await expect(search.query).toHaveValue('{ name = "Charge" }');
  await expect(search.total).toHaveText(`${String(shop.slow)} traces`);
  await page.goForward();
  await expect(search.total).toHaveText(`${String(shop.failed.length)} traces`);
});
