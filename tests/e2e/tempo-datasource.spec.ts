// SPDX-License-Identifier: Apache-2.0
//
// What Grafana's own Tempo data source does with our store, as its users do it: the search builder, the TraceQL editor, metrics
// over time and at once, the histogram; over HTTP and streamed over gRPC. (Trace by id and a search's table: loop-tempo.)
import type { APIRequestContext, Page } from '@playwright/test';
import { someTraceId } from './app.ts';
import { openExplore, panesOf, spanRow } from './grafana.ts';
import { expect, test } from './test.ts';

test.setTimeout(240_000);

interface Datasource {
  readonly url: string;
  readonly jsonData: Readonly<Record<string, unknown>>;
}

/** The provisioned Tempo data source once more, with streaming. */
async function makeStreaming(request: APIRequestContext): Promise<string> {
  const uid = 'e2e-tempo-streaming';
  const tempo = (await (await request.get('api/datasources/uid/tempo')).json()) as Datasource;
  const data = {
    uid,
    name: 'Tempo, streaming (e2e)',
    type: 'tempo',
    access: 'proxy',
    url: tempo.url,
    jsonData: { ...tempo.jsonData, streamingEnabled: { search: true, metrics: true } },
  };
  const { status } = await request.post('api/datasources', { data }).then((answer) => ({ status: answer.status() }));
  // 409: it is there.
  expect([200, 409]).toContain(status);
  return uid;
}

/** Queries that the store has answered over gRPC so far. */
async function streamed(request: APIRequestContext, method: string): Promise<number> {
  const text = await (await request.get('api/datasources/proxy/uid/tracewell/metrics')).text();
  const lines = text.split('\n').filter((line) => line.startsWith('tracewell_query_duration_seconds_count'));
  return lines
    .filter((line) => line.includes(`StreamingQuerier/${method}"`))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** The ids of traces or spans in a table. */
const ids = (page: Page) => page.getByText(/^[0-9a-f]{15,32}$/);

test('Save & test says that it works', async ({ page, request }) => {
  const uid = await makeStreaming(request);
  await page.goto(`connections/datasources/edit/${uid}`);
  await page.getByRole('button', { name: 'Save & test' }).click();
  await expect(page.getByText('Data source is working')).toBeVisible();
});

test('the search builder: values in its menus, a result in its table', async ({ page, request, picture }) => {
  await someTraceId(request);
  await openExplore(page, 'tempo', { queryType: 'traceqlSearch', limit: 20, filters: [] });
  const service = page.getByRole('combobox', { name: 'select service-name value' });
  await service.click();
  await service.pressSequentially('check');
  await page.getByRole('option', { name: 'checkout', exact: true }).click();
  await page.keyboard.press('Escape');
  const name = page.getByRole('combobox', { name: 'select span-name value' });
  await name.click();
  await expect(page.getByRole('option', { name: 'PlaceOrder' })).toBeVisible();
  await picture('builder-menu');
  await page.keyboard.press('Escape');
  await page.getByTestId('data-testid RefreshPicker run button').first().click();
  await expect(ids(page).first()).toBeVisible();
  await picture('builder');
  await ids(page).first().click();
  await expect(spanRow(page, /checkout/)).toBeVisible();
});

test('the TraceQL editor completes attributes and their values', async ({ page, request, picture }) => {
  await someTraceId(request);
  await openExplore(page, 'tempo', { queryType: 'traceql', query: '' });
  const editor = page.locator('.monaco-editor').first();
  await editor.click();
  await page.keyboard.type('{ resource.service.na');
  const menu = page.locator('.suggest-widget');
  await expect(menu.getByText('resource.service.name').or(menu.getByText('service.name')).first()).toBeVisible();
  await picture('completion-name');
  await page.keyboard.press('Escape');
  await page.keyboard.type('me = ');
  await page.keyboard.press('Control+Space');
  await expect(menu.getByText('checkout').first()).toBeVisible();
  await picture('completion-value');
});

for (const streaming of [false, true]) {
  const how = streaming ? 'streamed over gRPC' : 'over HTTP';
  const name = streaming ? 'streamed' : 'http';
  const prepare = (request: APIRequestContext) => (streaming ? makeStreaming(request) : Promise.resolve('tempo'));

  test(`a structural search, ${how}`, async ({ page, request, picture }) => {
    await someTraceId(request);
    const uid = await prepare(request);
    const before = await streamed(request, 'Search');
    const query = '{ resource.service.name = "storefront" } >> { name = "PlaceOrder" }';
    await openExplore(page, uid, { queryType: 'traceql', tableType: 'spans', limit: 20, query });
    await expect(ids(page).first()).toBeVisible();
    await picture(`search-${name}`);
    expect((await streamed(request, 'Search')) > before).toBe(streaming);
  });

  test(`metrics over time with exemplars that lead to traces, ${how}`, async ({ page, request, picture }) => {
    await someTraceId(request);
    const uid = await prepare(request);
    const before = await streamed(request, 'MetricsQueryRange');
    const query = '{ kind = server } | quantile_over_time(duration, .5, .99) by (resource.service.name)';
    await openExplore(page, uid, { queryType: 'traceql', query });
    await expect(page.getByText(/checkout/).first()).toBeVisible();
    await expect(page.getByTestId('data-testid Exemplar marker').first()).toBeVisible();
    await picture(`range-${name}`);
    expect((await streamed(request, 'MetricsQueryRange')) > before).toBe(streaming);
    // Markers may lie over each other: any of them will do.
    const markers = page.getByTestId('data-testid Exemplar marker');
    await expect(async () => {
      for (let i = 0; i < Math.min(await markers.count(), 8); i++) {
        await markers
          .nth(i)
          .hover({ timeout: 2_000 })
          .catch(() => undefined);
        const link = page.getByRole('link', { name: /trace/i }).or(page.getByRole('button', { name: /query with/i }));
        if (await link.first().isVisible()) {
          await link.first().click({ timeout: 2_000 });
          return;
        }
      }
      throw new Error('no exemplar offers its trace yet');
    }).toPass({ timeout: 60_000 });
    await expect.poll(() => panesOf(page).at(-1)?.queries[0]?.query).toMatch(/^[0-9a-f]{20,32}$/);
    await picture(`exemplar-${name}`);
  });
}

test('metrics at once, as a table', async ({ page, request, picture }) => {
  await someTraceId(request);
  const query = '{ kind = server } | count_over_time() by (resource.service.name)';
  await openExplore(page, 'tempo', { queryType: 'traceql', metricsQueryType: 'instant', query });
  await expect(page.getByText(/checkout/).first()).toBeVisible();
  await picture('instant');
});

test('a histogram of durations, as a heatmap', async ({ page, request, picture }) => {
  await someTraceId(request);
  const dashboard = {
    uid: 'e2e-tempo-heatmap',
    title: 'e2e-tempo-heatmap',
    schemaVersion: 39,
    time: { from: 'now-15m', to: 'now' },
    panels: [
      {
        id: 1,
        type: 'heatmap',
        title: 'durations',
        datasource: { type: 'tempo', uid: 'tempo' },
        targets: [{ refId: 'A', queryType: 'traceql', query: '{ kind = server } | histogram_over_time(duration)' }],
        options: {
          calculate: false,
          yAxis: { unit: 's' },
          color: { mode: 'scheme', scheme: 'Blues' },
          legend: { show: true },
        },
        gridPos: { x: 0, y: 0, w: 24, h: 14 },
      },
    ],
  };
  const answer = await request.post('api/dashboards/db', { data: { dashboard, overwrite: true } });
  expect(answer.status(), await answer.text()).toBe(200);
  await page.goto('d/e2e-tempo-heatmap');
  const panel = page.getByTestId('data-testid Panel header durations');
  await expect(panel.locator('canvas').first()).toBeVisible();
  await expect(panel.getByText('No data')).toHaveCount(0);
  await expect(panel.getByTestId('data-testid Panel status error')).toHaveCount(0);
  await picture('heatmap');
});
