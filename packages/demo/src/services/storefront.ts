// SPDX-License-Identifier: Apache-2.0
//
// storefront: the pages. Each asks several services, side by side where it can.

import { stableNumber, work } from '../kit/chance.ts';
import { textOf } from '../kit/router.ts';
import type { Service } from '../kit/service.ts';

export function storefront(service: Service): void {
  service.route('GET', '/', async () => {
    await Promise.all([recommend(service), showAds(service)]);
    await render(service, 'home');
  });
  service.route('GET', '/product/{id}', async ({ parameters }) => {
    const id = parameters['id'] ?? '';
    const variant = stableNumber(id, 2) === 0 ? 'on' : 'off';
    service.annotate({ 'feature_flag.key': 'related-products', 'feature_flag.result.variant': variant });
    await service.call({ to: 'catalog', method: 'GET', template: '/products/{id}', parameters: { id } });
    await Promise.all([variant === 'on' ? recommend(service) : Promise.resolve(), showAds(service)]);
    await render(service, 'product');
    service.log('info', 'product page served', { product: id });
  });
  service.route('GET', '/cart', async ({ body }) => {
    const user = textOf(body['user']);
    await service.call({ to: 'cart', method: 'GET', template: '/cart/{user}', parameters: { user } });
    await render(service, 'cart');
  });
  service.route('POST', '/cart', async ({ body }) => {
    const user = textOf(body['user']);
    await service.call({
      to: 'cart',
      method: 'POST',
      template: '/cart/{user}/items',
      parameters: { user },
      body: { product: body['product'] },
    });
  });
  service.route('POST', '/checkout', async ({ body }) => {
    try {
      const order = await service.call({ to: 'checkout', method: 'POST', template: '/orders', body });
      service.log('info', 'order placed', { order: textOf(order['id']) });
      return order;
    } catch (error) {
      service.log('error', 'checkout failed', { reason: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  });
}

async function recommend(service: Service): Promise<void> {
  await service.call({ to: 'recommendation', method: 'GET', template: '/recommendations' });
}

/** A page without ads is still a page. */
async function showAds(service: Service): Promise<void> {
  await service.call({ to: 'ads', method: 'GET', template: '/ads' }).catch(() => undefined);
}

async function render(service: Service, page: string): Promise<void> {
  await service.operation('render', { 'app.page': page }, () => work(4));
}
