// SPDX-License-Identifier: Apache-2.0
//
// cart: what a visitor wants, kept in the cache. `nPlusOne` happens here: with it, carts are full and each item is
// loaded by a query of its own.

import { stableNumber, work } from '../kit/chance.ts';
import { textOf } from '../kit/router.ts';
import type { Service } from '../kit/service.ts';

const FEWEST = 20;
const MOST = 200;

export function cart(service: Service): void {
  service.route('GET', '/cart/{user}', ({ parameters }) => {
    const user = parameters['user'] ?? '';
    const items = service.isOn('nPlusOne') ? manyItems(user) : 1 + stableNumber(user, 6);
    service.annotate({ 'app.cart.items': items });
    return service.operation('GetCart', { 'app.cart.items': items }, async () => {
      await service.cache('HGETALL', `cart:${user}`);
      if (service.isOn('nPlusOne')) {
        for (let i = 0; i < items; i++) {
          await loadItems(service, 'WHERE id = $1');
        }
      } else {
        await loadItems(service, 'WHERE id = ANY($1)');
      }
      return { user, items };
    });
  });
  service.route('POST', '/cart/{user}/items', ({ parameters, body }) =>
    service.operation('AddItem', { 'app.product.id': textOf(body['product']) }, async () => {
      await work(1);
      await service.cache('HSET', `cart:${parameters['user'] ?? ''}`);
    })
  );
}

function loadItems(service: Service, condition: string): Promise<void> {
  const text = `SELECT id, name, price FROM products ${condition}`;
  return service.query({ operation: 'SELECT', table: 'products', text, medianMs: 1.5 });
}

/** From 20 to 200, most carts near the lower end; the same for a visitor each time. */
function manyItems(user: string): number {
  return FEWEST + Math.round((MOST - FEWEST) * (stableNumber(user, 1000) / 999) ** 3);
}
