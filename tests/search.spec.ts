// SPDX-License-Identifier: Apache-2.0
import { testIds } from '../packages/views/src/test-ids.ts';
import { traceTestIds } from '../packages/views/src/trace/test-ids.ts';
import { dragOver, SearchPage } from './browser/search-page.ts';
import { expect, test } from './browser/test.ts';

test('the builder narrows the list step by step', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range);
  await expect(search.total).toHaveText(`${String(shop.quick + shop.slow)} traces, 50 shown`);

  await search.choose('Service', 'bank');
  await expect(search.total).toHaveText(`${String(shop.slow)} traces`);
  await search.choose('Status', 'error');
  await expect(search.total).toHaveText(`${String(shop.failed.length)} traces`);
  await expect(search.query).toHaveValue('{ resource.service.name = "bank" && status = error }');

  const duration = page.getByRole('textbox', { name: 'Duration above' });
  await duration.fill('500ms');
  await duration.press('Enter');
  await expect.poll(() => search.addressQuery()).toContain('duration > 500ms');
  await expect(search.rows).toHaveCount(shop.failed.length);
});

test('an attribute from the store becomes a condition with one of its values', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range);
  await search.choose('Add an attribute', 'span.tenant');
  await search.choose('Value of span.tenant', 'green');
  await expect(search.total).toHaveText(`${String(shop.quick / 2)} traces`);
  await page.getByRole('button', { name: 'Remove the condition on span.tenant' }).click();
  await expect(search.total).toHaveText(`${String(shop.quick + shop.slow)} traces, 50 shown`);
});

test('the TraceQL line completes names and values and runs with Enter', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range);
  await search.query.pressSequentially('{ span.card');
  await expect(page.getByRole('option', { name: 'card.kind' })).toBeVisible();
  await search.query.press('ArrowDown');
  await search.query.press('Tab');
  await search.query.pressSequentially('= ');
  await expect(page.getByRole('option', { name: 'visa' })).toBeVisible();
  await search.query.press('ArrowDown');
  await search.query.press('Enter');
  await search.query.pressSequentially('}');
  await search.query.press('Escape');
  await search.query.press('Enter');
  await expect(search.total).toHaveText(`${String(shop.slow)} traces`);
  expect(search.addressQuery()).toBe('{ span.card.kind = "visa" }');
});

test('two filters on one trace search what the builder cannot', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range);
  await search.run('{ name = "GetBasket" } && { name = "Charge" && status = error }');
  await expect(search.total).toHaveText(`${String(shop.failed.length)} traces`);
  await expect(page.getByText('more than the builder can show')).toBeVisible();
});

test('a row opens to its matched spans, and a span opens its trace', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range, '{ name = "SELECT items" }');
  await expect(search.rows).toHaveCount(shop.slow);
  await page.getByRole('button', { name: 'Show the 12 spans that matched' }).first().click();
  await expect(search.spans).toHaveCount(12);
  await expect(search.spans.first()).toContainText('basket');
  await search.spans.first().getByRole('link').click();
  await expect(page.getByTestId(traceTestIds.details)).toContainText('SELECT items');
});

test('the list is walked and opened by keyboard alone', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range, '{ name = "Charge" }');
  await expect(search.rows).toHaveCount(shop.slow);
  await page.getByTestId(testIds.search.results).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await expect(search.spans).toHaveCount(1);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/trace\/b5[0-9a-f]{30}\?.*span=/);
  await expect(page.getByTestId(traceTestIds.details)).toContainText('Charge');
});

test('orders put the slowest and the most broken first', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range);
  await page.getByRole('radio', { name: 'Slowest' }).click({ force: true });
  await expect(search.rows.first()).toHaveAttribute('data-trace-id', shop.fine.at(-1) ?? '');
  await page.getByRole('radio', { name: 'Most errors' }).click({ force: true });
  await expect
    .poll(async () => shop.failed.includes((await search.rows.first().getAttribute('data-trace-id')) ?? ''))
    .toBe(true);
});

test('a box over the heatmap is a filter on time and duration', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range);
  await expect(search.exemplars.first()).toBeVisible();
  // The slow ones are alone in the upper quarter.
  await search.brush([0.02, 0.01], [0.99, 0.25]);
  await expect(search.total).toHaveText(`${String(shop.slow)} traces`);
  expect(search.addressQuery()).toMatch(/duration >= .* && duration <= /);
  await search.rows.first().getByRole('link').click();
  await expect(page.getByTestId(traceTestIds.header)).toContainText('POST /checkout');
});

test('a drag over the rate is a time range', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range);
  const chart = page.getByTestId(testIds.search.rate).locator('.u-over');
  await expect(chart).toBeVisible();
  await dragOver(page, chart, [0.5, 0.5], [0.98, 0.5]);
  await expect.poll(() => Number(new URL(page.url()).searchParams.get('from'))).toBeGreaterThan(shop.from + 200_000);
});

test('a dot in the heatmap opens its trace', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range, '{ name = "Charge" && status = error }');
  const dot = search.exemplars.first();
  await dot.click();
  await expect(page.getByTestId(traceTestIds.header)).toContainText('POST /checkout');
  await expect(page.getByTestId(traceTestIds.details)).toContainText('Charge');
  expect(shop.failed.some((id) => page.url().includes(id))).toBe(true);
});

test('what the demo sends now is there', async ({ page }) => {
  await page.goto('/');
  const search = new SearchPage(page);
  await expect(async () => {
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect(search.rows.filter({ hasText: 'GET /product/{id}' }).first()).toBeVisible({ timeout: 5000 });
  }).toPass({ timeout: 45_000 });
});

test('the time picker sets the range and the zone', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await search.open(shop.range);
  const picker = page.getByRole('button', { name: /^Time range selected/ });
  await picker.click();
  await page.getByText('Last 6 hours', { exact: true }).click();
  await expect(page).toHaveURL(/from=now-6h&to=now/);
  await picker.click();
  await page.getByRole('button', { name: 'Change time settings' }).click();
  await page.getByRole('combobox', { name: 'Time zone picker' }).fill('Tokyo');
  await page.keyboard.press('Enter');
  await expect(page.getByText('times in Asia/Tokyo')).toBeVisible();
  await page.reload();
  await expect(page.getByText('times in Asia/Tokyo')).toBeVisible();
});
