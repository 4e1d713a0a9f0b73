// SPDX-License-Identifier: Apache-2.0
//
// Ten minutes in the past of a shop that the tests know by heart, out of the way of what the demo sends now:
//
//   60 x  front GET /products   20 to 60 ms      front > catalog > products-db
//    6 x  front POST /checkout  2 to 2.5 s       front > basket (12 similar SELECTs), front > bank (every second fails)
import { drawTrace, sendSpans } from './otlp-json.ts';
import type { DrawnSpan } from './otlp-json.ts';

const quick = 60;
const slow = 6;
const minutes = 10;
const hour = 3_600_000;

export interface SmallShop {
  /** Milliseconds since 1970, as the address has them. */
  readonly from: number;
  readonly to: number;
  readonly quick: number;
  readonly slow: number;
  /** Trace ids of the checkouts that failed and of those that did not. */
  readonly failed: readonly string[];
  readonly fine: readonly string[];
  /** Spans of one checkout. */
  readonly checkoutSpans: number;
  /** The range as query parameters. */
  readonly range: string;
}

function products(index: number): DrawnSpan {
  const length = 20 + ((index * 7) % 41);
  const database = { 'db.system.name': 'postgresql', 'db.namespace': 'products-db', 'db.query.text': 'SELECT 1' };
  return {
    service: 'front',
    name: 'GET /products',
    kind: 'server',
    from: 0,
    to: length,
    attributes: {
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      tenant: index % 2 ? 'blue' : 'green',
    },
    children: [
      {
        service: 'front',
        name: 'GET',
        kind: 'client',
        from: 2,
        to: length - 2,
        children: [
          {
            service: 'catalog',
            name: 'ListProducts',
            kind: 'server',
            from: 4,
            to: length - 4,
            children: [{ service: 'catalog', name: 'SELECT', kind: 'client', from: 6, to: 10, attributes: database }],
          },
        ],
      },
    ],
  };
}

function checkout(index: number, error: string | undefined): DrawnSpan {
  const length = 2000 + index * 100;
  const failure = error === undefined ? {} : { error };
  const selects = Array.from({ length: 12 }, (_, select): DrawnSpan => {
    const from = 30 + select * 100;
    return {
      service: 'basket',
      name: 'SELECT items',
      kind: 'client',
      from,
      to: from + 95,
      attributes: { 'db.system.name': 'postgresql', 'db.namespace': 'products-db' },
    };
  });
  return {
    service: 'front',
    name: 'POST /checkout',
    kind: 'server',
    from: 0,
    to: length,
    attributes: { 'http.request.method': 'POST', 'http.response.status_code': error === undefined ? 200 : 502 },
    ...failure,
    children: [
      {
        service: 'front',
        name: 'GET /basket',
        kind: 'client',
        from: 10,
        to: 1300,
        children: [{ service: 'basket', name: 'GetBasket', kind: 'server', from: 20, to: 1290, children: selects }],
      },
      {
        service: 'front',
        name: 'POST /charge',
        kind: 'client',
        from: 1350,
        to: length - 50,
        ...failure,
        children: [
          {
            service: 'bank',
            name: 'Charge',
            kind: 'server',
            from: 1360,
            to: length - 60,
            attributes: { 'card.kind': 'visa' },
            ...failure,
          },
        ],
      },
    ],
  };
}

/** Fills hour `number` (0 is the youngest) of the past and says what is in it. */
export async function openSmallShop(endpoint: string, number: number): Promise<SmallShop> {
  // Whole hours, so that no two shops of one run touch each other.
  const from = Math.floor(Date.now() / hour) * hour - (number + 3) * hour;
  const to = from + minutes * 60_000;
  const traceId = (index: number) =>
    `b5${number.toString(16).padStart(14, '0')}${(index + 1).toString(16).padStart(16, '0')}`;
  const all: object[] = [];
  for (let index = 0; index < quick; index += 1) {
    all.push(...drawTrace(traceId(index), from + 5000 + index * 9800, products(index)));
  }
  const failed: string[] = [];
  const fine: string[] = [];
  for (let index = 0; index < slow; index += 1) {
    const id = traceId(1000 + index);
    const fails = index % 2 === 0;
    (fails ? failed : fine).push(id);
    all.push(...drawTrace(id, from + 60_000 + index * 90_000, checkout(index, fails ? 'card declined' : undefined)));
  }
  await sendSpans(endpoint, all);
  const range = `from=${String(from)}&to=${String(to)}`;
  return { from, to, quick, slow, failed, fine, checkoutSpans: 17, range };
}
