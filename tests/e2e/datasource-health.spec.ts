// SPDX-License-Identifier: Apache-2.0
//
// What "Save & test" says of a store that answers, and of three that do not: honest messages, from real situations.
import type { APIRequestContext, Page } from '@playwright/test';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from './test.ts';

test.use({ requestsMayFail: true });

/** A data source with this address, as long as `use` runs. */
async function withDatasource(
  request: APIRequestContext,
  url: string,
  use: (uid: string) => Promise<void>
): Promise<void> {
  const uid = `health-${String(Date.now())}`;
  const made = await request.post('api/datasources', {
    data: { uid, name: uid, type: 'tracewell-datasource', access: 'proxy', url },
  });
  expect(made.status(), await made.text()).toBe(200);
  try {
    await use(uid);
  } finally {
    await request.delete(`api/datasources/uid/${uid}`);
  }
}

async function serve(listener: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { server, url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` };
}

async function saveAndTest(page: Page, uid: string): Promise<void> {
  await page.goto(`connections/datasources/edit/${uid}`);
  await page.getByRole('button', { name: 'Save & test' }).click();
}

test('a store that answers: its name, version and how much it holds', async ({ page, picture }) => {
  await page.goto('connections/datasources/edit/tracewell');
  // A provisioned data source can be tested, but not saved.
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(page.getByText(/^Tracewell \d+\.\d+\.\d+ with [\d,]+ spans answers\.$/)).toBeVisible();
  await picture('success');
});

test('nothing listens there', async ({ page, request, picture }) => {
  await withDatasource(request, 'http://127.0.0.1:1', async (uid) => {
    await saveAndTest(page, uid);
    await expect(page.getByText('Not reachable from the Grafana server')).toBeVisible();
    await picture('unreachable');
  });
});

test('something else answers', async ({ page, request, picture }) => {
  const { server, url } = await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<h1>It works!</h1>');
  });
  try {
    await withDatasource(request, url, async (uid) => {
      await saveAndTest(page, uid);
      await expect(page.getByText("Answers, but does not speak Tempo's API")).toBeVisible();
      await picture('not-tempo');
    });
  } finally {
    server.close();
  }
});

test('credentials are refused', async ({ page, request, picture }) => {
  const { server, url } = await serve((_, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="store"' });
    response.end();
  });
  try {
    await withDatasource(request, url, async (uid) => {
      await saveAndTest(page, uid);
      await expect(page.getByText('Credentials refused')).toBeVisible();
      await picture('credentials');
    });
  } finally {
    server.close();
  }
});
