// SPDX-License-Identifier: Apache-2.0
//
// The whole way of somebody on call: from "checkouts are slow" to the statement and the error that are to blame.
import { testIds } from '../packages/views/src/test-ids.ts';
import { traceTestIds as ids } from '../packages/views/src/trace/test-ids.ts';
import { dragOver, SearchPage } from './browser/search-page.ts';
import { expect, test } from './browser/test.ts';

test('from a slow service to the span that is to blame', async ({ page, shop }) => {
  const search = new SearchPage(page);
  await page.goto(`/services?${shop.range}`);
  await page.locator('[data-node="front"]').click();
  await page.getByTestId(testIds.services.panel).getByRole('link', { name: 'Show traces', exact: true }).click();

  // By builder, by TraceQL, by brush.
  await search.choose('Span name', 'POST /checkout');
  await expect(search.total).toHaveText(`${String(shop.slow)} traces`);
  await search.run('{ resource.service.name = "front" && name =~ ".*/checkout" }');
  await expect(search.total).toHaveText(`${String(shop.slow)} traces`);
  await search.brush([0.05, 0.02], [0.6, 0.98]);
  await expect(search.total).not.toHaveText(`${String(shop.slow)} traces`);
  await search.rows.first().getByRole('link').click();

  // Expand, filter, zoom, keyboard, details.
  const rows = page.getByTestId(ids.waterfall).locator('[data-row]');
  await page.getByTestId(ids.filter).fill('SELECT');
  await expect(page.getByTestId(ids.matches)).toContainText(`12 of ${String(shop.checkoutSpans)}`);
  await rows.filter({ hasText: 'SELECT items' }).locator('[data-toggle]').click();
  await expect(rows.filter({ hasText: 'SELECT items' })).toHaveCount(13);
  const whole = (await page.getByTestId(ids.minimap).getAttribute('aria-label')) ?? '';
  await dragOver(page, page.getByTestId(ids.minimap), [0.01, 0.5], [0.3, 0.5]);
  await expect(page.getByTestId(ids.minimap)).not.toHaveAttribute('aria-label', whole);
  await page.getByTestId(ids.waterfall).focus();
  await page.keyboard.press('n');
  const details = page.getByTestId(ids.details);
  await expect(details).toContainText('SELECT items');
  await expect(details).toContainText('products-db');
});
