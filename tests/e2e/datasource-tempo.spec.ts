// SPDX-License-Identifier: Apache-2.0
//
// Our data source and our app on a real Grafana Tempo: the same trace, a search, and what Tempo lacks left out with a reason.
// E2E_TEMPO_URL names the Tempo (as Grafana's server reaches it), E2E_TEMPO_OTLP_URL its receiver.
import { traceTestIds } from '../../packages/views/src/trace/test-ids.ts';
import { openExplore } from './grafana.ts';
import { expect, test } from './test.ts';

const tempo = process.env['E2E_TEMPO_URL'];
const receiver = process.env['E2E_TEMPO_OTLP_URL'];
const uid = 'real-tempo';
const service = `shop-${String(Date.now())}`;
const traceId = Date.now().toString(16).padStart(32, 'a');

test.skip(tempo === undefined || receiver === undefined, 'no Tempo is named by E2E_TEMPO_URL and E2E_TEMPO_OTLP_URL');

test.beforeAll(async ({ request }) => {
  const now = BigInt(Date.now()) * 1_000_000n;
  const span = (spanId: string, parentSpanId: string, name: string, startMs: number, endMs: number) => ({
    traceId,
    spanId,
    parentSpanId,
    name,
    kind: 2,
    startTimeUnixNano: String(now + BigInt(startMs) * 1_000_000n),
    endTimeUnixNano: String(now + BigInt(endMs) * 1_000_000n),
  });
  const sent = await request.post(`${receiver ?? ''}/v1/traces`, {
    data: {
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
          scopeSpans: [
            {
              spans: [
                span('00000000000000a1', '', 'GET /tempo', 0, 120),
                span('00000000000000a2', '00000000000000a1', 'SELECT tempo', 10, 90),
              ],
            },
          ],
        },
      ],
    },
  });
  expect(sent.status(), await sent.text()).toBe(200);
  await request.delete(`api/datasources/uid/${uid}`);
  const made = await request.post('api/datasources', {
    data: { uid, name: 'Tracewell on Tempo', type: 'tracewell-datasource', access: 'proxy', url: tempo },
  });
  expect(made.status(), await made.text()).toBe(200);
});

test.afterAll(async ({ request }) => {
  await request.delete(`api/datasources/uid/${uid}`);
});

test('the trace by its id, in Explore', async ({ page, picture }) => {
  await openExplore(page, uid, { queryType: 'traceql', query: traceId });
  await expect(page.getByRole('switch', { name: /SELECT tempo/ })).toBeVisible();
  await picture('trace');
});

test('a search, and no orders that Tempo does not have', async ({ page, picture }) => {
  await expect(async () => {
    await openExplore(page, uid, { queryType: 'traceql', query: `{ resource.service.name = "${service}" }` });
    await expect(page.getByRole('link', { name: traceId })).toBeVisible({ timeout: 10_000 });
  }).toPass({ timeout: 90_000 });
  await picture('search');
});

test('the app: the trace is there, the service graph says why it is not', async ({ page, picture }) => {
  await page.goto(`a/tracewell-app/trace?ds=${uid}&id=${traceId}`);
  await expect(page.getByTestId(traceTestIds.waterfall).getByText('SELECT tempo')).toBeVisible();
  await picture('app-trace');
  await page.goto(`a/tracewell-app/services?ds=${uid}`);
  await expect(page.getByText(/Tempo/).first()).toBeVisible();
  await picture('app-services');
});
