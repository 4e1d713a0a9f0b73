// SPDX-License-Identifier: Apache-2.0
//
// What several specs do in Grafana: open Explore on a query, read its panes from the address, find rows of Grafana's trace
// view, ask the data sources behind Grafana's proxy what they have.
import type { APIRequestContext, Locator, Page } from '@playwright/test';
import { expect } from './test.ts';

/** A pane of Explore as it is in the address. */
interface ExplorePane {
  readonly datasource: string;
  readonly queries: readonly { readonly queryType?: string; readonly query?: string; readonly expr?: string }[];
  readonly panelsState?: { readonly trace?: { readonly spanId?: string } };
}

/** The last minutes as parameters of a dashboard, but not up to now: what moves under the pointer is nothing to click at. */
export function shortPast(): string {
  const to = Date.now() - 5_000;
  return `from=${String(to - 900_000)}&to=${String(to)}`;
}

/** Opens Explore with one query of the data source `uid`. */
export async function openExplore(
  page: Page,
  uid: string,
  query: Record<string, unknown>,
  range = { from: 'now-15m', to: 'now' }
): Promise<void> {
  const pane = { datasource: uid, queries: [{ refId: 'A', datasource: { uid }, ...query }], range };
  await page.goto(`explore?schemaVersion=1&orgId=1&panes=${encodeURIComponent(JSON.stringify({ a: pane }))}`);
}

/** The panes of Explore, left to right; empty while the address has none. */
export function panesOf(page: Page): ExplorePane[] {
  const panes = new URL(page.url()).searchParams.get('panes');
  return panes === null ? [] : Object.values(JSON.parse(panes) as Record<string, ExplorePane>);
}

/** The last pane of Explore as soon as it is one of the data source `uid`. */
export async function lastPane(page: Page, uid: string): Promise<ExplorePane> {
  await expect.poll(() => panesOf(page).at(-1)?.datasource).toBe(uid);
  const pane = panesOf(page).at(-1);
  if (pane === undefined) {
    throw new Error('unreachable: the poll above ends with a pane');
  }
  return pane;
}

/** The first span in Grafana's trace view whose service and name read so; a click opens its details. */
export function spanRow(page: Page, text: string | RegExp): Locator {
  return page.getByRole('switch', { name: text }).first();
}

/** The row that Grafana's trace view has brought into focus. */
export function focusedRow(page: Page): Locator {
  return page.locator('[class*="rowFocused"]').first();
}

/** A request to the program behind the data source `uid`, through Grafana. */
export async function askDatasource<T>(
  request: APIRequestContext,
  uid: string,
  path: string,
  params: Record<string, string | number> = {}
): Promise<T> {
  const response = await request.get(`api/datasources/proxy/uid/${uid}/${path}`, { params });
  expect(response.status(), await response.text()).toBe(200);
  return (await response.json()) as T;
}

export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly seconds: number;
}

interface ExemplarAnswer {
  readonly data: readonly {
    readonly exemplars: readonly { readonly labels: { trace_id: string; span_id: string }; readonly value: string }[];
  }[];
}

/** The slowest product page that Prometheus has an exemplar of, as soon as one stands out (`rareSlowPath`). */
export async function slowestExemplar(request: APIRequestContext): Promise<Exemplar> {
  let slowest: Exemplar | undefined;
  await expect
    .poll(
      async () => {
        const end = Date.now() / 1000;
        const query =
          'http_server_request_duration_seconds_bucket{service_name="storefront",http_route="/product/{id}"}';
        const params = { query, start: end - 900, end };
        const { data } = await askDatasource<ExemplarAnswer>(request, 'prometheus', 'api/v1/query_exemplars', params);
        const all = data.flatMap(({ exemplars }) => exemplars);
        const sorted = all
          .map(({ labels, value }) => ({ traceId: labels.trace_id, spanId: labels.span_id, seconds: Number(value) }))
          .sort((a, b) => b.seconds - a.seconds);
        slowest = sorted[0];
        return slowest?.seconds ?? 0;
      },
      { message: 'a slow product page among the exemplars', timeout: 240_000, intervals: [1_000] }
    )
    .toBeGreaterThan(0.8);
  if (slowest === undefined) {
    throw new Error('unreachable: the poll above ends with an exemplar');
  }
  return slowest;
}
