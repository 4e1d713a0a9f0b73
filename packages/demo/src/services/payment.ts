// SPDX-License-Identifier: Apache-2.0
//
// payment and fraud, and their faults: the acquirer declines (`paymentFails`), and fraud asks a service that sends no
// spans (`silentDependency`).

import { oneIn, work } from '../kit/chance.ts';
import { textOf } from '../kit/router.ts';
import type { Service } from '../kit/service.ts';

/** `paymentFails`: one charge in so many. */
const DECLINED = 10;

/** The acquirer said no. */
class CardDeclined extends Error {
  override readonly name = 'CardDeclined';
}

export function payment(service: Service): void {
  service.route('POST', '/charges', ({ body }) =>
    service.operation('Charge', { 'app.payment.amount': Number(body['amount'] ?? 0) }, async () => {
      await service.call({ to: 'fraud', method: 'POST', template: '/checks', body });
      const decline = service.isOn('paymentFails') && oneIn(DECLINED);
      const answer = await service.call({
        to: 'acquirer.example',
        method: 'POST',
        template: '/v1/charges',
        body: { ...body, decline },
      });
      if (answer['approved'] !== true) {
        service.log('error', 'charge declined', { order: textOf(body['order']) });
        throw new CardDeclined('card declined');
      }
      service.log('info', 'charged', { order: textOf(body['order']), amount: Number(body['amount'] ?? 0) });
    })
  );
}

export function fraud(service: Service): void {
  service.route('POST', '/checks', ({ body }) =>
    service.operation('CheckOrder', {}, async () => {
      if (service.isOn('silentDependency')) {
        await service.call({ to: 'risk.example', method: 'POST', template: '/score', body });
      } else {
        await work(4);
      }
    })
  );
}
