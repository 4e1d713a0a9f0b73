// SPDX-License-Identifier: Apache-2.0
//
// What the specs of the app's pages share: traces to look at, rows to click, people to be.
import { request as playwrightRequest } from '@playwright/test';
import type { APIRequestContext, Browser, BrowserContext, Locator, Page } from '@playwright/test';
import { testIds } from '../../packages/views/src/test-ids.ts';
import { traceTestIds } from '../../packages/views/src/trace/test-ids.ts';
import { askDatasource } from './grafana.ts';
import { expect } from './test.ts';

/** A trace of the shop with several services, from the last minutes. */
export async function someTraceId(request: APIRequestContext): Promise<string> {
  const query = '{ name = "PlaceOrder" }';
  let id: string | undefined;
  await expect
    .poll(
      async () => {
        const { traces } = await askDatasource<{ traces: readonly { traceID: string }[] }>(
          request,
          'tracewell',
          'api/search',
          { q: query, limit: 1, start: Math.floor(Date.now() / 1000) - 900, end: Math.floor(Date.now() / 1000) - 10 }
        );
        id = traces[0]?.traceID;
        return id;
      },
      { message: `a trace that matches ${query}`, timeout: 120_000, intervals: [1_000] }
    )
    .toBeDefined();
  if (id === undefined) {
    throw new Error('unreachable: the poll above ends with a trace');
  }
  return id.padStart(32, '0');
}

/** A range that does not move, so that two looks show the same. */
export function fixedRange(): string {
  const to = Date.now() - 10_000;
  return `from=${String(to - 300_000)}&to=${String(to)}`;
}

export const total = (page: Page): Locator => page.getByTestId(testIds.search.total);
export const rows = (page: Page): Locator => page.getByTestId(testIds.search.row);
export const details = (page: Page): Locator => page.getByTestId(traceTestIds.details);

/** A parameter of the page's address. */
export function param(page: Page, name: string): string | null {
  return new URL(page.url()).searchParams.get(name);
}

/** Chooses the span whose name reads so, in our waterfall. */
export async function chooseSpan(page: Page, name: string): Promise<void> {
  await page.getByTestId(traceTestIds.waterfall).getByText(name, { exact: true }).first().click();
  await expect(details(page).getByRole('heading', { name, exact: true })).toBeVisible();
}

/** A page of somebody with the Viewer role, who exists as long as `use` runs. */
export async function asViewer(
  browser: Browser,
  request: APIRequestContext,
  baseURL: string,
  use: (page: Page, context: BrowserContext) => Promise<void>
): Promise<void> {
  const login = `viewer-${String(Date.now())}`;
  const password = 'only for this test';
  // By name and password: users are the server administrator's business, which an anonymous administrator is not.
  const admin = [process.env['GRAFANA_ADMIN_USER'] ?? 'admin', process.env['GRAFANA_ADMIN_PASSWORD'] ?? 'admin'];
  const headers = { Authorization: `Basic ${Buffer.from(admin.join(':')).toString('base64')}` };
  const made = await request.post('api/admin/users', { data: { name: login, login, password }, headers });
  expect(made.status(), await made.text()).toBe(200);
  const { id } = (await made.json()) as { id: number };
  try {
    const signIn = await playwrightRequest.newContext({ baseURL, storageState: { cookies: [], origins: [] } });
    const answer = await signIn.post('login', { data: { user: login, password } });
    expect(answer.status(), await answer.text()).toBe(200);
    const context = await browser.newContext({ baseURL, storageState: await signIn.storageState() });
    await signIn.dispose();
    try {
      await use(await context.newPage(), context);
    } finally {
      await context.close();
    }
  } finally {
    await request.delete(`api/admin/users/${String(id)}`, { headers });
  }
}
