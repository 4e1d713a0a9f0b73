// SPDX-License-Identifier: Apache-2.0
//
// checkout: the longest way through the shop. Side by side what can be, unless `serialFanout` is on.

import { randomUUID } from 'node:crypto';
import { work } from '../kit/chance.ts';
import { textOf } from '../kit/router.ts';
import type { Service } from '../kit/service.ts';

export function checkout(service: Service): void {
  service.route('POST', '/orders', ({ body }) => {
    const user = textOf(body['user']);
    const order = randomUUID();
    return service.operation('PlaceOrder', { 'app.order.id': order }, async (span) => {
      const cart = await service.call({ to: 'cart', method: 'GET', template: '/cart/{user}', parameters: { user } });
      const items = Number(cart['items'] ?? 0);
      span.setAttribute('app.cart.items', items);
      service.annotate({ 'app.cart.items': items });
      await prepare(service, items);
      const charge = { order, user, amount: items * 1999 };
      await service.call({ to: 'payment', method: 'POST', template: '/charges', body: charge });
      await service.publish({ order, user, amount: charge.amount });
      await service.call({ to: 'email', method: 'POST', template: '/confirmations', body: { order, user } });
      await work(2);
      return { id: order };
    });
  });
}

async function prepare(service: Service, items: number): Promise<void> {
  const steps = [
    () => service.call({ to: 'pricing', method: 'POST', template: '/prices', body: { items } }),
    () => service.call({ to: 'shipping', method: 'POST', template: '/shipments', body: { items } }),
    () => service.call({ to: 'catalog', method: 'GET', template: '/products' }),
  ];
  if (service.isOn('serialFanout')) {
    for (const step of steps) {
      await step();
    }
  } else {
    await Promise.all(steps.map((step) => step()));
  }
}
