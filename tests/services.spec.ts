// SPDX-License-Identifier: Apache-2.0
import type { Page } from '@playwright/test';
import { testIds } from '../packages/views/src/test-ids.ts';
import { SearchPage } from './browser/search-page.ts';
import { expect, test } from './browser/test.ts';

const ids = testIds.services;
const node = (page: Page, name: string) => page.getByTestId(ids.node).and(page.locator(`[data-node="${name}"]`));
const edge = (page: Page, name: string) => page.getByTestId(ids.edge).and(page.locator(`[data-edge="${name}"]`));

test('the map shows who calls whom', async ({ page, shop }) => {
  await page.goto(`/services?${shop.range}`);
  for (const name of ['front', 'catalog', 'basket', 'bank', 'products-db']) {
    await expect(node(page, name)).toBeVisible();
  }
  for (const name of ['front catalog', 'front basket', 'front bank', 'catalog products-db', 'basket products-db']) {
    await expect(edge(page, name)).toBeAttached();
  }
  await expect(edge(page, 'bank front')).toHaveCount(0);
});

test('an edge leads to the traces that took it', async ({ page, shop }) => {
  await page.goto(`/services?${shop.range}`);
  await edge(page, 'front bank').press('Enter');
  const panel = page.getByTestId(ids.panel);
  await expect(panel).toContainText('front \u2192 bank');
  await expect(panel).toContainText('50 %');
  await panel.getByRole('link', { name: 'Show traces', exact: true }).click();
  const search = new SearchPage(page);
  await expect(search.total).toHaveText(`${String(shop.slow)} traces`);
  await page.goBack();
  await expect(panel).toBeVisible();
  await panel.getByRole('link', { name: 'Show traces with errors' }).click();
  await expect(search.total).toHaveText(`${String(shop.failed.length)} traces`);
});

test('a node shows its neighbours, and focus leaves only them', async ({ page, shop }) => {
  await page.goto(`/services?${shop.range}`);
  await node(page, 'basket').click();
  const panel = page.getByTestId(ids.panel);
  await expect(panel).toContainText('front');
  await expect(panel).toContainText('products-db');
  await panel.getByRole('button', { name: 'Focus on this' }).click();
  await expect(node(page, 'bank')).toHaveCount(0);
  await expect(node(page, 'front')).toBeVisible();
  await page.goBack();
  await expect(node(page, 'bank')).toBeVisible();
});

test('the table has the same numbers, sorted as asked', async ({ page, shop }) => {
  await page.goto(`/services?${shop.range}&tab=table`);
  const table = page.getByTestId(ids.table);
  await expect(table.getByRole('row').filter({ hasText: 'bank' })).toContainText('50 %');
  await table.getByRole('button', { name: 'Errors' }).click();
  await expect(table.getByRole('row').nth(1)).toContainText('bank');
  await table.getByRole('row').nth(1).getByRole('button').click();
  await expect(page.getByTestId(ids.panel)).toContainText('bank');
});

test('a filter counts only spans that match', async ({ page, shop }) => {
  await page.goto(`/services?${shop.range}`);
  await expect(node(page, 'catalog')).toBeVisible();
  const filter = page.getByRole('combobox', { name: 'TraceQL query' });
  await filter.fill('{ resource.service.name = "bank" }');
  await filter.press('Enter');
  await expect(node(page, 'catalog')).toHaveCount(0);
  await expect(node(page, 'bank')).toBeVisible();
});
