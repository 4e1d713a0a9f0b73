// SPDX-License-Identifier: Apache-2.0
//
// A store that is down and comes back: a page and panels say so, and show what is there as soon as it is there again,
// without a click. The store is a real one, stopped and started; it must be on the machine of the Grafana server.
import type { APIRequestContext } from '@playwright/test';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { testIds } from '../../packages/views/src/test-ids.ts';
import { traceTestIds } from '../../packages/views/src/trace/test-ids.ts';
import { startTracewell } from '../support/tracewell-process.ts';
import { rows } from './app.ts';
import { openDashboard, panelOf } from './panels.ts';
import { expect, test } from './test.ts';

test.use({ requestsMayFail: true });
test.setTimeout(240_000);

const traceId = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';

/** A call of two services, a minute ago, as OTLP in JSON. */
function someSpans() {
  // From before the outage: a question that is asked again is about the same range.
  const now = BigInt(Date.now() - 60_000) * 1_000_000n;
  const span = (spanId: string, parentSpanId: string, name: string, kind: number, length: bigint) => ({
    ...{ traceId, spanId, parentSpanId, name, kind },
    ...{ startTimeUnixNano: String(now - length), endTimeUnixNano: String(now) },
  });
  const resource = (service: string, spans: object[]) => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeSpans: [{ spans }],
  });
  return {
    resourceSpans: [
      resource('till', [span('1111111111111111', '', 'pay', 3, 200_000_000n)]),
      resource('bank', [span('2222222222222222', '1111111111111111', 'charge', 2, 150_000_000n)]),
    ],
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

/** A data source for a store that is not there until `start`; gone after the test, as the store is. */
async function withAbsentStore(
  request: APIRequestContext,
  use: (uid: string, start: () => Promise<void>) => Promise<void>
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tracewell-recovery-'));
  const address = `127.0.0.1:${String(await freePort())}`;
  const uid = `recovery-${String(Date.now())}`;
  const made = await request.post('api/datasources', {
    data: { uid, name: uid, type: 'tracewell-datasource', access: 'proxy', url: `http://${address}` },
  });
  expect(made.status(), await made.text()).toBe(200);
  let stop: (() => Promise<unknown>) | undefined;
  try {
    await use(uid, async () => {
      const store = await startTracewell(folder, ['--http-listen', address]);
      stop = () => store.stop();
      const answer = await fetch(`${store.otlpHttp}/v1/traces`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(someSpans()),
      });
      expect(answer.status, await answer.text()).toBe(200);
    });
  } finally {
    await stop?.();
    await request.delete(`api/datasources/uid/${uid}`);
    rmSync(folder, { recursive: true, force: true });
  }
}

test('the search page', async ({ page, request, picture }) => {
  await withAbsentStore(request, async (uid, start) => {
    await page.goto(`a/tracewell-app/search?ds=${uid}`);
    await expect(page.getByText('The search failed')).toBeVisible();
    await expect(page.getByText(/asked again by itself/).first()).toBeVisible();
    await picture('search-down');
    await start();
    await expect(rows(page).first()).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText('The search failed')).toHaveCount(0);
  });
});

test('panels of a dashboard that refreshes', async ({ page, request, picture }) => {
  await withAbsentStore(request, async (uid, start) => {
    const datasource = { type: 'tracewell-datasource', uid };
    await openDashboard(
      page,
      request,
      'e2e-recovery',
      [
        {
          type: 'tracewell-waterfall-panel',
          title: 'waterfall',
          query: { datasource, queryType: 'traceql', query: traceId },
        },
        {
          type: 'tracewell-servicegraph-panel',
          title: 'graph',
          query: { datasource, queryType: 'serviceGraph', query: '{}' },
        },
      ],
      '?refresh=5s'
    );
    await expect(panelOf(page, 'waterfall')).toContainText(/cannot reach the store/);
    await expect(panelOf(page, 'graph')).toContainText(/cannot reach the store/);
    await picture('panels-down');
    await start();
    await expect(page.getByTestId(traceTestIds.waterfall).getByText('charge')).toBeVisible({ timeout: 60_000 });
    await expect(page.getByTestId(testIds.services.map).locator('[data-node="bank"]')).toBeVisible({ timeout: 60_000 });
    await picture('panels-back');
  });
});
