// SPDX-License-Identifier: Apache-2.0
//
// From a log line to its trace: "View Trace", once, wherever the line keeps its trace id.
import type { APIRequestContext, Page } from '@playwright/test';
import { askDatasource, lastPane, openExplore, shortPast, spanRow } from './grafana.ts';
import { expect, test } from './test.ts';

/** Where the shop's services keep their trace ids, a line of each, and the span that wrote it. */
const forms = [
  { form: 'text', service: 'payment', line: 'charged', field: 'Trace id in text' },
  { form: 'JSON', service: 'storefront', line: 'order placed', field: 'Trace id in JSON' },
  { form: 'structured metadata', service: 'email', line: 'confirmation sent', field: 'Trace id beside the line' },
];

/** Opens the details of the newest line with `text` and follows its one link to a trace. */
async function followViewTrace(page: Page, text: string, beforeClick: () => Promise<void>): Promise<void> {
  // The editor of the query has these words too.
  await page.getByText(text).and(page.locator(':not(.monaco-editor *)')).first().click();
  const link = page.getByRole('link', { name: 'View Trace' });
  await link.first().scrollIntoViewIfNeeded();
  await expect(link).toHaveCount(1);
  await beforeClick();
  await link.click();
}

async function expectTraceOf(page: Page, request: APIRequestContext, service: string): Promise<void> {
  const pane = await lastPane(page, 'tracewell');
  const id = pane.queries[0]?.query ?? '';
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  await expect(spanRow(page, /^web/)).toBeVisible();
  expect(JSON.stringify(await askDatasource(request, 'tracewell', `api/traces/${id}`))).toContain(`"${service}"`);
}

for (const { form, service, line, field } of forms) {
  test(`a line with its trace id in ${form}, in Explore`, async ({ page, picture, request }) => {
    await openExplore(page, 'loki', { expr: `{service_name="${service}"} |= "${line}"`, queryType: 'range' });
    await followViewTrace(page, line, async () => {
      await expect(page.getByText(field, { exact: true }).first()).toBeVisible();
      await picture(`explore-${service}`);
    });
    await expectTraceOf(page, request, service);
    await picture(`explore-${service}-trace`);
  });

  test(`a line with its trace id in ${form}, on the dashboard`, async ({ page, picture, request }) => {
    await page.goto(`d/tracewell-shop?${shortPast()}&var-search=${encodeURIComponent(line)}`);
    await followViewTrace(page, line, () => picture(`dashboard-${service}`));
    await expectTraceOf(page, request, service);
    await picture(`dashboard-${service}-trace`);
  });
}
