// SPDX-License-Identifier: Apache-2.0
//
// pricing, of which there are three, and currency. `badDeploy` slows the instance that it also gives another version.

import { work } from '../kit/chance.ts';
import type { Service } from '../kit/service.ts';

export function pricing(service: Service): void {
  service.route('POST', '/prices', ({ body }) =>
    service.operation('Price', { 'app.cart.items': Number(body['items'] ?? 0) }, async () => {
      const isSlow = service.isOn('badDeploy') && service.spec.badVersion !== service.spec.version;
      await work(isSlow ? 250 : 6);
      await service.call({
        to: 'currency',
        method: 'GET',
        template: '/rates/{currency}',
        parameters: { currency: 'EUR' },
      });
    })
  );
}

export function currency(service: Service): void {
  service.route('GET', '/rates/{currency}', async ({ parameters }) => {
    await service.cache('GET', `rate:${parameters['currency'] ?? ''}`);
  });
}
