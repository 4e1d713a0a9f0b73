// SPDX-License-Identifier: Apache-2.0
//
// web: the visitors. Arrivals are random and independent (a Poisson process); what a visitor does is drawn from a mix that
// looks more than it buys. Who asks travels as baggage, so every span of a request can be compared by it.

import { setTimeout as sleep } from 'node:timers/promises';
import { context, propagation } from '@opentelemetry/api';
import { integer, stableNumber } from '../kit/chance.ts';
import type { Call } from '../kit/client.ts';
import type { Service } from '../kit/service.ts';

const USERS = 60;
const PRODUCTS = 40;
const TIERS = ['free', 'free', 'free', 'silver', 'silver', 'gold'];
const REGIONS = ['eu-west', 'eu-west', 'us-east', 'ap-south'];
/** Arrivals beyond this many waiting visitors go elsewhere: a slow shop must not fill the memory. */
const MOST_VISITORS = 100;

export function web(service: Service): void {
  let visitors = 0;
  service.repeat(async () => {
    if (service.rate === 0) {
      await sleep(1_000);
      return;
    }
    await sleep((-Math.log(1 - Math.random()) / service.rate) * 1000);
    if (visitors < MOST_VISITORS) {
      visitors++;
      void visit(service).finally(() => {
        visitors--;
      });
    }
  });
}

async function visit(service: Service): Promise<void> {
  const user = `u-${integer(1, USERS)}`;
  const baggage = propagation.createBaggage({
    'user.id': { value: user },
    'user.tier': { value: TIERS[stableNumber(user, TIERS.length)] ?? 'free' },
    'app.region': { value: REGIONS[stableNumber(`at ${user}`, REGIONS.length)] ?? 'eu-west' },
  });
  await context.with(propagation.setBaggage(context.active(), baggage), async () => {
    try {
      await service.call(nextStep(user));
    } catch (error) {
      service.log('warn', 'the shop failed a visitor', { user, reason: String(error) });
    }
  });
}

function nextStep(user: string): Call {
  const dice = Math.random();
  const product = `p-${integer(1, PRODUCTS)}`;
  if (dice < 0.25) {
    return { to: 'storefront', method: 'GET', template: '/' };
  }
  if (dice < 0.7) {
    return { to: 'storefront', method: 'GET', template: '/product/{id}', parameters: { id: product } };
  }
  if (dice < 0.82) {
    return { to: 'storefront', method: 'POST', template: '/cart', body: { user, product } };
  }
  if (dice < 0.9) {
    return { to: 'storefront', method: 'GET', template: '/cart', body: { user } };
  }
  return { to: 'storefront', method: 'POST', template: '/checkout', body: { user } };
}
