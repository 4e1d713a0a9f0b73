// SPDX-License-Identifier: Apache-2.0
//
// recommendation and ads: what a page can do without. ads is where `lostContext` happens, in its propagator.

import { integer, work } from '../kit/chance.ts';
import type { Service } from '../kit/service.ts';

export function recommendation(service: Service): void {
  service.route('GET', '/recommendations', () =>
    service.operation('Rank', {}, async () => {
      await work(3);
      await service.call({ to: 'catalog', method: 'GET', template: '/products' });
    })
  );
}

export function ads(service: Service): void {
  service.route('GET', '/ads', async () => {
    service.annotate({ 'app.ads.count': integer(1, 3) });
    await service.operation('PickAds', {}, () => work(5));
  });
}
