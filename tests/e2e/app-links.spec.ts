// SPDX-License-Identifier: Apache-2.0
//
// The ways into the app from Grafana's own places, the ways out of it, and its setup page.
import { traceTestIds } from '../../packages/views/src/trace/test-ids.ts';
import { chooseSpan, details, param, rows, someTraceId } from './app.ts';
import { lastPane, openExplore } from './grafana.ts';
import { expect, test } from './test.ts';

test.setTimeout(180_000);

test("from the header of Grafana's trace view to the same trace", async ({ page, request, picture }) => {
  const id = await someTraceId(request);
  await openExplore(page, 'tracewell', { queryType: 'traceql', query: id });
  const button = page.getByRole('button', { name: 'Open in Tracewell' });
  await expect(button).toBeVisible();
  await picture('explore');
  await button.click();
  await expect(page.getByTestId(traceTestIds.waterfall)).toBeVisible();
  expect(param(page, 'id')).toBe(id);
  expect(param(page, 'ds')).toBe('tracewell');
});

test('from the toolbar of Explore to the same search', async ({ page }) => {
  const query = '{ name = "PlaceOrder" }';
  await openExplore(page, 'tracewell', {
    queryType: 'traceql',
    query,
    datasource: { type: 'tracewell-datasource', uid: 'tracewell' },
  });
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Open in Tracewell' }).click();
  await expect(rows(page).first()).toBeVisible();
  expect([param(page, 'q'), param(page, 'from'), param(page, 'ds')]).toEqual([query, 'now-15m', 'tracewell']);
});

test('from the menu of a panel to the trace that it shows', async ({ page, request }) => {
  const id = await someTraceId(request);
  const datasource = { type: 'tracewell-datasource', uid: 'tracewell' };
  const made = await request.post('api/dashboards/db', {
    data: {
      dashboard: {
        title: `Panel menu ${String(Date.now())}`,
        panels: [
          {
            id: 1,
            type: 'traces',
            title: 'One trace',
            gridPos: { x: 0, y: 0, w: 24, h: 16 },
            datasource,
            targets: [{ refId: 'A', datasource, queryType: 'traceql', query: id }],
          },
        ],
      },
    },
  });
  expect(made.status(), await made.text()).toBe(200);
  const { uid, url } = (await made.json()) as { uid: string; url: string };
  try {
    await page.goto(new URL(url, 'http://grafana').pathname.replace(/^.*\/d\//, 'd/'));
    await page.getByTestId('data-testid Panel header One trace').hover();
    await page.getByTestId('data-testid Panel menu One trace').click();
    await page.getByRole('menuitem', { name: 'Extensions' }).hover();
    await page.getByRole('menuitem', { name: 'Open in Tracewell' }).click();
    await expect(page.getByTestId(traceTestIds.waterfall)).toBeVisible();
    expect(param(page, 'id')).toBe(id);
  } finally {
    await request.delete(`api/dashboards/uid/${uid}`);
  }
});

for (const [link, uid] of [
  ['Logs', 'loki'],
  ['Requests per second', 'prometheus'],
] as const) {
  test(`from a span in the app to ${uid}`, async ({ page, request, picture }) => {
    const id = await someTraceId(request);
    await page.goto(`a/tracewell-app/trace?ds=tracewell&id=${id}`);
    await chooseSpan(page, 'PlaceOrder');
    await details(page).getByRole('link', { name: link, exact: true }).click();
    const pane = await lastPane(page, uid);
    expect(pane.queries[0]?.expr).toContain('checkout');
    await picture(`span-${uid}`);
  });
}

test.describe('the setup page', () => {
  // Grafana looks for the plugin in its catalogue.
  test.use({ requestsMayFail: true });

  test('says what is connected and what leads to traces', async ({ page, picture }) => {
    await page.goto('plugins/tracewell-app');
    const setup = page.getByTestId('setup');
    await expect(setup.getByText(/OTEL_EXPORTER_OTLP_ENDPOINT=http/)).toBeVisible();
    await expect(setup.getByText('Exemplars with the label trace_id lead to traces')).toBeVisible();
    await expect(setup.getByText(/^Leads to traces by Trace id in text/)).toBeVisible();
    await picture('setup');
  });
});
