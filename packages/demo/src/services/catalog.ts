// SPDX-License-Identifier: Apache-2.0
//
// catalog: products, kept in the database, with an index in memory that is rarely missing (`rareSlowPath`) and a table that is
// sometimes locked by somebody else (`misattributed`).

import { oneIn, work } from '../kit/chance.ts';
import type { Service } from '../kit/service.ts';

/** `rareSlowPath`: once in so many product pages. */
const RARELY = 200;
/** `misattributed`: once in so many product pages. */
const OFTEN = 5;

export function catalog(service: Service): void {
  service.route('GET', '/products', () =>
    service.query({
      operation: 'SELECT',
      table: 'products',
      text: 'SELECT id, name, price FROM products ORDER BY rank LIMIT $1',
      medianMs: 5,
    })
  );
  service.route('GET', '/products/{id}', ({ parameters }) => {
    const id = parameters['id'] ?? '';
    return service.operation('GetProduct', { 'app.product.id': id }, async (span) => {
      if (service.isOn('rareSlowPath') && oneIn(RARELY)) {
        span.addEvent('cache miss', { 'app.cache.key': 'product-index' });
        await service.operation('rebuild index', { 'app.index.products': 184_220 }, () => work(1_500));
        service.log('warn', 'the product index was not in the cache and was rebuilt', { product: id });
      }
      if (service.isOn('misattributed') && oneIn(OFTEN)) {
        await service.query({
          operation: 'SELECT',
          table: 'stock',
          text: 'SELECT quantity FROM stock WHERE product_id = $1 FOR UPDATE',
          medianMs: 600,
        });
      }
      await service.query({
        operation: 'SELECT',
        table: 'products',
        text: 'SELECT id, name, price, stock FROM products WHERE id = $1',
        medianMs: 3,
      });
      return { id, price: 1999, currency: 'EUR' };
    });
  });
}
