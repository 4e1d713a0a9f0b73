// SPDX-License-Identifier: Apache-2.0
//
// Signs in as Grafana's administrator, once for all tests. plugin-e2e has this too, but asks for `/login` of the host, which
// is not Grafana's where it is served from a sub-path.
import { expect, test } from '@playwright/test';

test('signs in', async ({ request }) => {
  const answer = await request.post('login', {
    data: {
      user: process.env['GRAFANA_ADMIN_USER'] ?? 'admin',
      password: process.env['GRAFANA_ADMIN_PASSWORD'] ?? 'admin',
    },
  });
  expect(answer.status(), await answer.text()).toBe(200);
  await request.storageState({ path: 'playwright/.auth/admin.json' });
});
