// SPDX-License-Identifier: Apache-2.0
//
// Metrics queries of our data source in Grafana: lines whose exemplars open their trace, a heatmap, a table, and a panel of a
// dashboard with a variable to split by.
import { highestExemplar } from './exemplar-marker.ts';
import { lastPane, openExplore, spanRow } from './grafana.ts';
import { expect, test } from './test.ts';

const rate = '{ kind = server } | rate() by (resource.service.name)';

test('a rate is a line for each service, called by the legend format', async ({ page, picture }) => {
  await openExplore(page, 'tracewell', { queryType: 'traceql', query: rate });
  await expect(page.getByRole('button', { name: 'storefront', exact: true })).toBeVisible();
  await picture('lines');
  const legend = page.getByRole('textbox', { name: 'Legend' });
  await legend.fill('{{resource.service.name}} requests');
  await legend.press('Enter');
  await expect(page.getByRole('button', { name: 'storefront requests', exact: true })).toBeVisible();
  await expect
    .poll(async () => (await lastPane(page, 'tracewell')).queries[0])
    .toMatchObject({ query: rate, legendFormat: '{{resource.service.name}} requests' });
});

test('the builder narrows the filter of a metric and keeps the rest', async ({ page }) => {
  await openExplore(page, 'tracewell', { queryType: 'traceql', query: rate });
  await page.getByRole('combobox', { name: 'Status' }).click();
  await page.getByRole('option', { name: 'error', exact: true }).click();
  await expect
    .poll(async () => (await lastPane(page, 'tracewell')).queries[0]?.query)
    .toBe('{ kind = server && status = error } | rate() by (resource.service.name)');
});

test('a histogram is a heatmap, an instant query a table', async ({ page, picture }) => {
  await openExplore(page, 'tracewell', { queryType: 'traceql', query: '{} | histogram_over_time(duration)' });
  await expect(page.getByRole('heading', { name: 'Heatmap' })).toBeVisible();
  await expect(page.locator('.u-over').first()).toBeVisible();
  await picture('heatmap');
  await openExplore(page, 'tracewell', { queryType: 'traceql', query: rate, metricsQueryType: 'instant' });
  await expect(page.getByRole('columnheader', { name: 'resource.service.name' })).toBeVisible();
  await expect(page.getByText('storefront', { exact: true }).first()).toBeVisible();
});

test('a comparison is a table of shares', async ({ page, picture }) => {
  const query = '{ resource.service.name = "storefront" } | compare({ status = error })';
  await openExplore(page, 'tracewell', { queryType: 'traceql', query });
  await expect(page.getByRole('columnheader', { name: 'Difference' })).toBeVisible();
  await picture('comparison');
});

test('a panel with exemplars, split by a variable: an exemplar opens its trace', async ({ page, request, picture }) => {
  const datasource = { type: 'tracewell-datasource', uid: 'tracewell' };
  const made = await request.post('api/dashboards/db', {
    data: {
      overwrite: true,
      dashboard: {
        uid: 'e2e-metrics',
        title: 'Metrics of spans',
        templating: {
          list: [{ name: 'group', type: 'textbox', query: 'status', current: { text: 'status', value: 'status' } }],
        },
        panels: [
          {
            id: 1,
            type: 'timeseries',
            title: 'Slowest by $group',
            datasource,
            gridPos: { x: 0, y: 0, w: 24, h: 16 },
            targets: [
              {
                refId: 'A',
                datasource,
                queryType: 'traceql',
                query: '{ resource.service.name = "storefront" } | max_over_time(duration) by ($group)',
                step: '1m',
              },
            ],
          },
        ],
      },
    },
  });
  expect(made.status(), await made.text()).toBe(200);
  await page.goto('d/e2e-metrics?from=now-30m&to=now');
  await expect(page.getByRole('button', { name: 'unset', exact: true })).toBeVisible();
  await (await highestExemplar(page)).hover();
  await picture('exemplar');
  await page.getByRole('link', { name: 'Open trace' }).click();
  await expect.poll(async () => (await lastPane(page, 'tracewell')).queries[0]?.query).toMatch(/^[0-9a-f]{32}$/);
  await expect(spanRow(page, /storefront/)).toBeVisible();
});
