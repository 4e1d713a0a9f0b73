// SPDX-License-Identifier: Apache-2.0
//
// Grafana's Traces Drilldown on our store, through Grafana's own Tempo data source: each of its screens has data. Only where
// the app (grafana-exploretraces-app) is installed; packages/server replays its queries without it.
import type { Page } from '@playwright/test';
import { someTraceId } from './app.ts';
import { expect, test } from './test.ts';

test.setTimeout(180_000);

const app = 'grafana-exploretraces-app';

test.beforeEach(async ({ request }) => {
  const { status } = await request.get(`api/plugins/${app}/settings`).then((answer) => ({ status: answer.status() }));
  test.skip(status !== 200, `${app} is not installed in this Grafana`);
  await someTraceId(request);
});

async function open(page: Page, params: Readonly<Record<string, string>>): Promise<void> {
  await page.setViewportSize({ width: 1600, height: 1400 });
  const search = new URLSearchParams({
    from: 'now-15m',
    to: 'now',
    'var-ds': 'tempo',
    'var-primarySignal': 'true',
    'var-filters': '',
    'var-metric': 'rate',
    'var-groupBy': 'resource.service.name',
    ...params,
  });
  await page.goto(`a/${app}/explore?${search.toString()}`);
}

async function expectNoErrors(page: Page): Promise<void> {
  await expect(page.getByTestId('data-testid Panel status error')).toHaveCount(0);
  await expect(page.getByText(/No data for selected/)).toHaveCount(0);
}

test('breakdown by service, with rate, errors and durations', async ({ page, picture }) => {
  await open(page, { actionView: 'breakdown' });
  for (const service of ['web', 'storefront', 'checkout']) {
    await expect(page.getByTestId(`data-testid Panel header ${service}`)).toBeVisible();
  }
  await expect(page.locator('canvas').nth(4)).toBeVisible();
  await expectNoErrors(page);
  await picture('breakdown');
});

test('structure: services below services', async ({ page, picture }) => {
  await open(page, { actionView: 'structure', 'var-primarySignal': 'nestedSetParent<0' });
  await expect(page.getByText('storefront').first()).toBeVisible();
  await expect(page.getByText('recommendation').first()).toBeVisible();
  await expectNoErrors(page);
  await picture('structure');
});

test('comparison: errors against the rest', async ({ page, picture }) => {
  await open(page, { actionView: 'comparison', 'var-metric': 'errors' });
  await expect(page.getByText('Highest difference').first()).toBeVisible();
  await expect(page.getByText('100.00%').first()).toBeVisible();
  await expectNoErrors(page);
  await picture('comparison');
});

test('exceptions of the failed spans', async ({ page, picture }) => {
  await open(page, { actionView: 'exceptions', 'var-metric': 'errors' });
  await expect(page.getByText('card declined').first()).toBeVisible();
  await expectNoErrors(page);
  await picture('exceptions');
});

test.describe('durations', () => {
  // Before the app knows its threshold it asks for `{ duration > }`, which is no TraceQL.
  test.use({ requestsMayFail: true });

  test('a heatmap, and the traces of the list', async ({ page, picture }) => {
    await open(page, { actionView: 'traceList', 'var-metric': 'duration', 'var-primarySignal': 'nestedSetParent<0' });
    await expect(page.getByText(/^(GET|POST) \//).first()).toBeVisible();
    await expectNoErrors(page);
    await picture('traces');
  });
});
