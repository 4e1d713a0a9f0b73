// SPDX-License-Identifier: Apache-2.0
//
// Times in the trace view: clocks that disagree, how a trace compares with others of its operation, and the filter
// over a trace that is large.
import type { Page } from '@playwright/test';
import { traceTestIds as ids } from '../packages/views/src/trace/test-ids.ts';
import { drawTrace, sendSpans } from './browser/otlp-json.ts';
import type { DrawnSpan } from './browser/otlp-json.ts';
import { expect, test } from './browser/test.ts';

const row = (page: Page, name: string) =>
  page.getByTestId(ids.waterfall).locator('[data-row]').filter({ hasText: name }).first();

/** Where the store of these tests takes spans. */
async function otlpOf(page: Page): Promise<string> {
  const answer = await page.request.get('/tracewell/api/v1/capabilities');
  const { otlp } = (await answer.json()) as { otlp: { http: string } };
  return otlp.http;
}

const hour = 3_600_000;

test('clocks that disagree are corrected where the reader asks for it', async ({ page, shop }) => {
  const id = 'c10c4000000000000000000000000001';
  const ahead: DrawnSpan = {
    service: 'shop',
    name: 'GET /price',
    kind: 'server',
    from: 0,
    to: 180,
    children: [
      {
        service: 'shop',
        name: 'POST quotes',
        kind: 'client',
        from: 70,
        to: 170,
        children: [{ service: 'quoter', name: 'Quote', kind: 'server', from: 480, to: 560 }],
      },
    ],
  };
  await sendSpans(await otlpOf(page), drawTrace(id, shop.from - 20 * hour, ahead));
  await page.goto(`/trace/${id}`);
  const header = page.getByTestId(ids.header);
  await expect(header).toContainText('560 ms');
  const toggle = page.getByRole('checkbox', { name: 'Correct clock skew (1 service)' });
  await expect(toggle).not.toBeChecked();
  await row(page, 'quoter').click();
  const details = page.getByTestId(ids.details);
  await expect(details).toContainText('+ 480 ms');

  await toggle.check({ force: true });
  await expect(header).toContainText('180 ms');
  await expect(details).toContainText('+ 80 ms');
  await expect(details).toContainText('Moved by');
  await expect(details).toContainText('\u2212 400 ms');
  await expect(page).toHaveURL(/clock=1/);

  await page.reload();
  await expect(header).toContainText('180 ms');
  await expect(toggle).toBeChecked();
  await toggle.uncheck({ force: true });
  await expect(header).toContainText('560 ms');
});

test('a trace whose clocks agree offers no correction', async ({ page, shop }) => {
  await page.goto(`/trace/${shop.fine[0] ?? ''}`);
  await expect(page.getByTestId(ids.header)).toContainText('POST /checkout');
  await expect(page.getByTestId(ids.clock)).toHaveCount(0);
});

test('a slow trace is compared with the others of its operation', async ({ page, shop }) => {
  const at = shop.from - 30 * hour;
  const id = (index: number) => `c0a9a4e${index.toString(16).padStart(25, '0')}`;
  const request = (to: number): DrawnSpan => ({ service: 'ledger', name: 'GET /sums', kind: 'server', from: 0, to });
  const spans = Array.from({ length: 40 }, (_, i) => drawTrace(id(i), at + i * 1000, request(100))).flat();
  await sendSpans(await otlpOf(page), [...spans, ...drawTrace(id(99), at + 50_000, request(360))]);
  await page.goto(`/trace/${id(99)}`);
  const line = page.getByTestId(ids.comparison);
  await expect(line).toContainText(/p90 of this operation is 1\d\d ms in the hour around it; this one took 3\.\d ./);
  await line.getByRole('link', { name: 'slow traces' }).click();
  await expect(page).toHaveURL(/order=slowest/);
  await expect(page.getByTestId('search-row')).toHaveCount(1);
});

test('the answer of the comparison moves nothing', async ({ page, shop }) => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/tracewell/api/v1/red?*', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`/trace/${shop.fine[0] ?? ''}`);
  const line = page.getByTestId(ids.comparison);
  await expect(line).toContainText('Comparing');
  const before = await page.getByTestId(ids.waterfall).boundingBox();
  release();
  await expect(line).toContainText('There were only 6 requests');
  expect(await page.getByTestId(ids.waterfall).boundingBox()).toEqual(before);
});

test('a large trace is filtered by text and by TraceQL', async ({ page, shop }) => {
  const id = '1a49e000000000000000000000000001';
  const children = Array.from({ length: 20_000 }, (_, i): DrawnSpan => ({
    service: 'batch',
    name: i % 100 === 0 ? 'write' : 'read',
    kind: 'client',
    from: i,
    to: i + 1,
    attributes: { 'item.number': i },
  }));
  const batch: DrawnSpan = { service: 'batch', name: 'import', from: 0, to: 20_001, children };
  await sendSpans(await otlpOf(page), drawTrace(id, shop.from - 40 * hour, batch));
  await page.goto(`/trace/${id}`);
  const matches = page.getByTestId(ids.matches);
  await page.getByTestId(ids.filter).fill('span.item.number >= 19000');
  await expect(matches).toContainText('1,000 of 20,001');
  await page.getByTestId(ids.filter).fill('item.number=1999');
  await expect(matches).toContainText('11 of 20,001');
  await page.getByTestId(ids.filter).fill('name = "write" && span.item.number < 1000');
  await expect(matches).toContainText('10 of 20,001');
  await expect(page.getByTestId(ids.filterProgress)).toHaveText('');
});
