// SPDX-License-Identifier: Apache-2.0
//
// shipping, quote, email and ledger: what happens because of an order. shipping is patient to a fault (`retryStorm`),
// ledger can fall behind (`queueLag`).

import { setTimeout as sleep } from 'node:timers/promises';
import { oneIn, work } from '../kit/chance.ts';
import { CallFailure } from '../kit/client.ts';
import { textOf } from '../kit/router.ts';
import type { Service } from '../kit/service.ts';

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 40;

export function shipping(service: Service): void {
  service.route('POST', '/shipments', ({ body }) =>
    service.operation('PlanShipment', {}, async (span) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await service.call({ to: 'quote', method: 'POST', template: '/quotes', body });
        } catch (error) {
          if (attempt === ATTEMPTS) {
            throw error;
          }
          span.addEvent('retry', { attempt });
          await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
        }
      }
    })
  );
}

export function quote(service: Service): void {
  service.route('POST', '/quotes', async () => {
    await work(5);
    if (service.isOn('retryStorm') && !oneIn(3)) {
      throw new CallFailure(503, 'no carrier answers');
    }
    return { amount: 490 };
  });
}

export function email(service: Service): void {
  service.route('POST', '/confirmations', ({ body }) =>
    service.operation('SendConfirmation', {}, async () => {
      await work(8);
      service.log('info', 'confirmation sent', { order: textOf(body['order']) });
    })
  );
}

export function ledger(service: Service): void {
  service.subscribe(async (body) => {
    // About one order a second arrives; two seconds each is too slow.
    await work(service.isOn('queueLag') ? 2_000 : 3);
    await service.query({
      operation: 'INSERT',
      table: 'ledger',
      text: 'INSERT INTO ledger (order_id, amount) VALUES ($1, $2)',
      medianMs: 4,
    });
    service.log('info', 'booked', { order: orderOf(body) });
  });
}

function orderOf(body: unknown): string {
  return typeof body === 'object' && body !== null && 'order' in body ? textOf(body.order) : '';
}
