// SPDX-License-Identifier: Apache-2.0
//
// From a spike to its trace: an exemplar in a chart leads to the trace, with the exemplar's span in focus.
import type { Locator, Page } from '@playwright/test';
import { highestExemplar } from './exemplar-marker.ts';
import { focusedRow, lastPane, openExplore, shortPast, slowestExemplar, spanRow } from './grafana.ts';
import { expect, test } from './test.ts';

test.setTimeout(400_000);

/** Points at one of the slowest requests, and pins its tooltip. */
async function openHighestExemplar(page: Page): Promise<{ traceId: string; spanId: string; link: Locator }> {
  const marker = await highestExemplar(page);
  await marker.hover();
  await expect(page.getByText('trace_id', { exact: true })).toBeVisible();
  await marker.click();
  const link = page.getByRole('link', { name: 'View Trace' });
  await expect(link).toBeVisible();
  const value = (label: string) =>
    page
      .getByText(label, { exact: true })
      .locator('xpath=ancestor::*[2]')
      .getByText(/^[0-9a-f]{16,32}$/)
      .innerText();
  return { traceId: await value('trace_id'), spanId: await value('span_id'), link };
}

async function expectTraceInFocus(page: Page, traceId: string, spanId: string): Promise<void> {
  const pane = await lastPane(page, 'tracewell');
  expect(pane.queries[0]).toMatchObject({ query: traceId, queryType: 'traceql' });
  expect(pane.panelsState?.trace?.spanId).toBe(spanId);
  await expect(spanRow(page, /^web/)).toBeVisible();
  await expect(focusedRow(page)).toContainText('storefront');
}

test('an exemplar of the dashboard leads to its trace', async ({ page, picture, request }) => {
  await slowestExemplar(request);
  await page.goto(`d/tracewell-shop?${shortPast()}`);
  const { traceId, spanId, link } = await openHighestExemplar(page);
  await picture('1-dashboard');
  await link.click();
  await expectTraceInFocus(page, traceId, spanId);
  await picture('2-trace');
});

test('an exemplar in Explore leads to its trace beside it', async ({ page, picture, request }) => {
  await slowestExemplar(request);
  await openExplore(page, 'prometheus', {
    expr: 'histogram_quantile(0.99, sum by (le) (rate(http_server_request_duration_seconds_bucket{service_name="storefront"}[1m])))',
    range: true,
    exemplar: true,
  });
  const { traceId, spanId, link } = await openHighestExemplar(page);
  await picture('3-explore');
  await link.click();
  await expectTraceInFocus(page, traceId, spanId);
  await picture('4-explore-trace');
});
