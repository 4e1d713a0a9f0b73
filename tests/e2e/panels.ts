// SPDX-License-Identifier: Apache-2.0
//
// Dashboards for the specs of the panels: made through Grafana's API, one panel beside the other.
import type { APIRequestContext, Locator, Page } from '@playwright/test';
import { expect } from './test.ts';

export const tracewell = { type: 'tracewell-datasource', uid: 'tracewell' };
export const tempo = { type: 'tempo', uid: 'tempo' };
export const testData = { type: 'grafana-testdata-datasource', uid: 'e2e-testdata' };

export interface PanelToMake {
  readonly type: 'tracewell-waterfall-panel' | 'tracewell-servicegraph-panel';
  readonly title: string;
  readonly query: Readonly<Record<string, unknown>> & { readonly datasource: { readonly uid: string } };
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Makes Grafana's own TestData data source if it is not there. */
export async function makeTestData(request: APIRequestContext): Promise<void> {
  const data = { name: 'TestData (e2e)', access: 'proxy', ...testData };
  const { status } = await request.post('api/datasources', { data }).then((answer) => ({ status: answer.status() }));
  // 409: it is there.
  expect([200, 409]).toContain(status);
}

/** Makes the dashboard `uid` anew and opens it with all its panels in sight. */
export async function openDashboard(
  page: Page,
  request: APIRequestContext,
  uid: string,
  panels: readonly PanelToMake[],
  address = ''
): Promise<void> {
  const dashboard = {
    uid,
    title: uid,
    schemaVersion: 39,
    time: { from: 'now-15m', to: 'now' },
    panels: panels.map(({ type, title, query, options = {} }, index) => ({
      id: index + 1,
      type,
      title,
      options,
      datasource: query.datasource,
      targets: [{ refId: 'A', ...query }],
      gridPos: { x: (index % 2) * 12, y: Math.floor(index / 2) * 12, w: 12, h: 12 },
    })),
  };
  const answer = await request.post('api/dashboards/db', { data: { dashboard, overwrite: true } });
  expect(answer.status(), await answer.text()).toBe(200);
  await page.setViewportSize({ width: 1600, height: 300 + 460 * Math.ceil(panels.length / 2) });
  await page.goto(`d/${uid}${address}`);
}

/** The panel with this title. */
export function panelOf(page: Page, title: string): Locator {
  return page.getByTestId(`data-testid Panel header ${title}`);
}
