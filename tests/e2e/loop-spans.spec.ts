// SPDX-License-Identifier: Apache-2.0
//
// From a span onwards, in Grafana's own trace view: to its log lines, and to the metrics of its service.
import type { Page } from '@playwright/test';
import { lastPane, openExplore, slowestExemplar, spanRow } from './grafana.ts';
import type { Exemplar } from './grafana.ts';
import { expect, test } from './test.ts';

test.setTimeout(400_000);

/** Opens the details of a span; its links are buttons, or entries of a menu "Links" if there are many. */
async function openSpan(page: Page, { traceId }: Exemplar, row: RegExp): Promise<void> {
  await openExplore(page, 'tracewell', { queryType: 'traceql', query: traceId });
  await spanRow(page, row).click();
  await expect(page.getByTestId('span-detail-component')).toBeVisible();
}

async function followLink(page: Page, name: string | RegExp, beforeClick: () => Promise<void>): Promise<void> {
  const details = page.getByTestId('span-detail-component');
  const menu = details.getByRole('button', { name: 'Links', exact: true });
  const link = page
    .getByRole('link', { name })
    .or(page.getByRole('menuitem', { name }))
    .or(details.getByRole('button', { name }));
  await expect(menu.or(link).first()).toBeVisible();
  if (await menu.isVisible()) {
    await menu.click();
  }
  await beforeClick();
  await link.first().click();
}

test.describe('a slow product page', () => {
  for (const { service, row, line } of [
    { service: 'catalog', row: /rebuild index/, line: 'was rebuilt' },
    { service: 'storefront', row: /^storefront/, line: 'product page served' },
  ]) {
    test(`a span of ${service} leads to its log lines`, async ({ page, picture, request }) => {
      const slow = await slowestExemplar(request);
      await openSpan(page, slow, row);
      await followLink(page, /logs/i, () => picture(`${service}-span`));
      await lastPane(page, 'loki');
      await expect(page.getByText(line).first()).toBeVisible();
      await picture(`${service}-lines`);
    });
  }

  test("a span leads to its service's metrics", async ({ page, picture, request }) => {
    const slow = await slowestExemplar(request);
    await openSpan(page, slow, /^catalog/);
    await followLink(page, '95th percentile of the duration', () => picture('metrics-span'));
    const pane = await lastPane(page, 'prometheus');
    expect(pane.queries[0]?.expr).toContain('service_name="catalog"');
    await expect(page.getByText('/products/{id}').first()).toBeVisible();
    await picture('metrics');
  });
});
