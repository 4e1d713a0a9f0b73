// SPDX-License-Identifier: Apache-2.0
import type { Page } from '@playwright/test';
import { traceTestIds as ids } from '../packages/views/src/trace/test-ids.ts';
import { dragOver } from './browser/search-page.ts';
import { expect, test } from './browser/test.ts';

const rows = (page: Page) => page.getByTestId(ids.waterfall).locator('[data-row]');
const row = (page: Page, name: string) => rows(page).filter({ hasText: name }).first();

test('the page says at once what failed and what stands out', async ({ page, shop }) => {
  await page.goto(`/trace/${shop.failed[0] ?? ''}`);
  const header = page.getByTestId(ids.header);
  await expect(header).toContainText('POST /checkout');
  await expect(header).toContainText('3 errors');
  await expect(header).toContainText(`${String(shop.checkoutSpans)} spans`);
  const findings = page.getByTestId(ids.findings);
  await expect(findings).toContainText('card declined');
  await expect(findings).toContainText('12 sequential SELECT items calls');
});

test('similar siblings are one row until it is opened', async ({ page, shop }) => {
  await page.goto(`/trace/${shop.fine[0] ?? ''}`);
  const folded = row(page, 'SELECT items');
  await expect(folded).toContainText('12');
  await expect(rows(page)).toHaveCount(shop.checkoutSpans - 11);
  await folded.locator('[data-toggle]').click();
  await expect(rows(page)).toHaveCount(shop.checkoutSpans + 1);
});

test('branches close and open, by mouse and by keyboard', async ({ page, shop }) => {
  await page.goto(`/trace/${shop.fine[0] ?? ''}`);
  await expect(rows(page)).toHaveCount(shop.checkoutSpans - 11);
  await row(page, 'POST /charge').locator('[data-toggle]').click();
  await expect(row(page, 'Charge').filter({ hasText: 'bank' })).toHaveCount(0);
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowLeft');
  await expect(rows(page)).toHaveCount(1);
  await page.keyboard.press('ArrowRight');
  await expect(row(page, 'GET /basket')).toBeVisible();
});

test('a filter counts, marks and steps through its matches', async ({ page, shop }) => {
  await page.goto(`/trace/${shop.failed[0] ?? ''}`);
  await page.getByTestId(ids.filter).fill('status = error');
  await expect(page.getByTestId(ids.matches)).toContainText(`3 of ${String(shop.checkoutSpans)}`);
  await page.getByTestId(ids.filter).press('Enter');
  await expect(page.getByTestId(ids.matches)).toContainText(`1 / 3 of ${String(shop.checkoutSpans)}`);
  await page.getByRole('checkbox', { name: 'only matches' }).check({ force: true });
  await expect(row(page, 'GetBasket')).toHaveCount(0);
  await expect(row(page, 'bank')).toBeVisible();
  await page.getByTestId(ids.filter).fill('status = ');
  await expect(page.getByTestId(ids.filterError)).toBeVisible();
});

test('a drag over the minimap zooms, 0 shows the whole trace again', async ({ page, shop }) => {
  await page.goto(`/trace/${shop.fine[0] ?? ''}`);
  const minimap = page.getByTestId(ids.minimap);
  const whole = await minimap.getAttribute('aria-label');
  await dragOver(page, minimap, [0.25, 0.5], [0.5, 0.5]);
  await expect(minimap).not.toHaveAttribute('aria-label', whole ?? '');
  await expect(page).toHaveURL(/zoom=/);
  await page.getByTestId(ids.waterfall).focus();
  await page.keyboard.press('0');
  await expect(minimap).toHaveAttribute('aria-label', whole ?? '');
});

test('the keyboard walks the rows and the details follow', async ({ page, shop }) => {
  await page.goto(`/trace/${shop.failed[0] ?? ''}`);
  await expect(row(page, 'POST /checkout')).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId(ids.details)).toContainText('POST /checkout');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId(ids.details)).toContainText('GET /basket');
  await page.keyboard.press('End');
  const details = page.getByTestId(ids.details);
  await expect(details).toContainText('Charge');
  await expect(details).toContainText('card declined');
  await expect(details).toContainText('CardError');
  await expect(details).toContainText('card.kind');
  await page.keyboard.press('?');
  await expect(page.getByTestId(ids.help)).toBeVisible();
});
