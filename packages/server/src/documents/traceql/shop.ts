// SPDX-License-Identifier: Apache-2.0
//
// The two traces that the examples of docs/traceql.md are about.
import type { Span } from '@tracewell/trace';
import { drawnSpans } from '../../testing/real-server.ts';

/** When the older one starts, nanoseconds. */
export const SHOP_START = 1_700_000_000_000_000_000n;

/** Drawings by the name that answers call the trace; the first is the older one. */
export const shopDrawings = {
  cart: `
shop      GET /cart       |--------------------|                  [kind=server http.status_code=200 user=ann]
cart        GetCart          |-----------|                        [kind=server app.items=3]
redis         HGETALL          |---|                              [kind=client db.system=redis]
redis         EXPIRE                |--|                          [kind=client db.system=redis status=error message=timeout]
`,
  pay: `
shop      POST /pay       |------------------------------|        [kind=server http.status_code=500 status=error user=bob]
payment     Charge           |------------------------|           [kind=server app.items=5 app.amount=9.5 resource.region=eu]
mail        SendMail                                  |--|        [kind=producer]
`,
} as const;

type ShopTrace = keyof typeof shopDrawings;

/** Ids of the traces. */
export const shopTraceIds: Readonly<Record<ShopTrace, string>> = {
  cart: '0af7651916cd43dd8448eb211c80319c',
  pay: '4bf92f3577b34da6a3ce929d0e0e4736',
};

/** The spans of both traces. */
export function shopSpans(): Span[] {
  const cart = drawnSpans(shopDrawings.cart, shopTraceIds.cart, SHOP_START);
  const pay = drawnSpans(shopDrawings.pay, shopTraceIds.pay, SHOP_START + 50_000_000n);
  return [...cart, ...pay.map((span) => (span.name === 'Charge' ? withMore(span, cart[0]) : span))];
}

/** What a drawing has no room for: two events, a link to the cart's trace, an array, an instrumentation scope. */
function withMore(span: Span, linked: Span | undefined): Span {
  const event = (name: string, after: bigint, attributes: Span['attributes']) => ({
    timeUnixNano: span.startUnixNano + after,
    name,
    attributes,
    droppedAttributesCount: 0,
  });
  return {
    ...span,
    attributes: [...span.attributes, { key: 'app.tags', value: ['gift', 'express'] }],
    events: [
      event('retry', 5_000_000n, [{ key: 'attempt', value: 2n }]),
      event('exception', 20_000_000n, [{ key: 'exception.type', value: 'CardError' }]),
    ],
    links: [
      {
        traceId: linked?.traceId ?? '',
        spanId: linked?.spanId ?? '',
        traceState: '',
        attributes: [{ key: 'why', value: 'same cart' }],
        droppedAttributesCount: 0,
        flags: 0,
      },
    ],
    scope: { ...span.scope, name: 'payment-sdk', version: '1.4.0' },
  };
}
