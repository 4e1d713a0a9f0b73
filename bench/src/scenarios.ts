// SPDX-License-Identifier: Apache-2.0
//
// The requests that the benchmark's shop answers, as trees of span plans: browsing, searching, filling a cart, paying,
// and a nightly job. Every trace has the same number of spans: a loop that asks the database once for each row (which is
// what an N+1 looks like) fills it up.
import type { Random } from './random.ts';
import type { SpanPlan } from './shop.ts';
import { cache, facts, flagEvent, httpCall, orderId, page, productId, publish, rpcCall, sql, step } from './shop.ts';

interface Scenario {
  readonly root: SpanPlan;
  /** Gets further children until the trace is full. */
  readonly loop: SpanPlan;
  readonly fill: () => SpanPlan;
}

function price(random: Random, from: string): SpanPlan {
  return rpcCall(
    random,
    [from, 'pricing'],
    ['shop.Pricing', 'GetPrice'],
    [cache(random, 'pricing', 'GET', 'price')],
    facts.price(random)
  );
}

function browse(random: Random): Scenario {
  const loop = step(random, 'catalog', ['loadVariants', 118], [], facts.product(random));
  const catalog = httpCall(
    random,
    ['storefront', 'catalog'],
    ['GET', '/products/{id}'],
    [cache(random, 'catalog', 'GET', 'product'), sql(random, 'catalog', 'products', 'id = $1'), loop],
    facts.product(random)
  );
  const storefront = httpCall(
    random,
    ['web', 'storefront'],
    ['GET', '/api/product'],
    [
      step(random, 'storefront', ['chooseRanking', 41], [], facts.search(random), [flagEvent(random)]),
      catalog,
      price(random, 'storefront'),
      rpcCall(random, ['storefront', 'cart'], ['shop.Cart', 'GetCart'], [cache(random, 'cart', 'HGETALL', 'cart')]),
    ],
    facts.product(random)
  );
  return {
    root: page(random, ['GET', '/product/{id}', { ...productId, prefix: '/product/' }], [storefront]),
    loop,
    fill: () => sql(random, 'catalog', 'items', 'product_id = $1 AND variant = $2'),
  };
}

function search(random: Random): Scenario {
  const loop = step(random, 'pricing', ['priceAll', 77], [], facts.price(random));
  const storefront = httpCall(
    random,
    ['web', 'storefront'],
    ['GET', '/api/search'],
    [
      httpCall(
        random,
        ['storefront', 'catalog'],
        ['GET', '/search'],
        [
          step(random, 'catalog', ['parseTerm', 23], [], facts.search(random)),
          sql(random, 'catalog', 'products', 'document @@ $1 ORDER BY rank LIMIT 40'),
        ],
        facts.search(random)
      ),
      rpcCall(random, ['storefront', 'pricing'], ['shop.Pricing', 'GetPrices'], [loop], facts.price(random)),
      rpcCall(random, ['storefront', 'quote'], ['shop.Quote', 'Estimate'], [], facts.parcel(random)),
    ]
  );
  return {
    root: page(random, ['GET', '/search', '/search'], [storefront], facts.search(random)),
    loop,
    fill: () => cache(random, 'pricing', 'GET', 'price'),
  };
}

function fillCart(random: Random): Scenario {
  const loop = step(random, 'cart', ['checkStock', 64], [], facts.cart(random));
  const storefront = httpCall(
    random,
    ['web', 'storefront'],
    ['POST', '/api/cart'],
    [
      rpcCall(
        random,
        ['storefront', 'cart'],
        ['shop.Cart', 'AddItem'],
        [
          cache(random, 'cart', 'HGETALL', 'cart'),
          httpCall(
            random,
            ['cart', 'catalog'],
            ['GET', '/products/{id}'],
            [cache(random, 'catalog', 'GET', 'product')]
          ),
          price(random, 'cart'),
          loop,
          cache(random, 'cart', 'HSET', 'cart'),
        ],
        facts.cart(random)
      ),
    ],
    facts.cart(random)
  );
  return {
    root: page(random, ['POST', '/cart', '/cart'], [storefront], facts.cart(random)),
    loop,
    fill: () => sql(random, 'cart', 'stock', 'sku = $1'),
  };
}

function pay(random: Random): Scenario {
  const loop = step(random, 'checkout', ['reserveItems', 152], [], facts.order(random));
  const charge = rpcCall(
    random,
    ['checkout', 'payment'],
    ['shop.Payment', 'Charge'],
    [
      rpcCall(random, ['payment', 'fraud'], ['shop.Fraud', 'Score'], [], facts.fraud(random)),
      sql(random, 'payment', 'charges', 'INSERT INTO charges (id, amount) VALUES ($1, $2)'),
      publish(
        random,
        ['payment', 'ledger'],
        'payments',
        [sql(random, 'ledger', 'entries', 'INSERT INTO entries (account, amount) VALUES ($1, $2)')],
        facts.payment(random)
      ),
    ],
    facts.payment(random)
  );
  if (random.unit() < 0.04) {
    charge.error = 'card declined';
  }
  const place = rpcCall(
    random,
    ['storefront', 'checkout'],
    ['shop.Checkout', 'PlaceOrder'],
    [
      rpcCall(random, ['checkout', 'cart'], ['shop.Cart', 'GetCart'], [], facts.cart(random)),
      httpCall(
        random,
        ['checkout', 'shipping'],
        ['POST', '/quote'],
        [rpcCall(random, ['shipping', 'quote'], ['shop.Quote', 'GetQuote'], [], facts.parcel(random))],
        facts.parcel(random)
      ),
      charge,
      sql(random, 'checkout', 'orders', 'INSERT INTO orders (id, user_id) VALUES ($1, $2)'),
      loop,
      publish(random, ['checkout', 'email'], 'order-mail', [], facts.order(random)),
    ],
    facts.order(random)
  );
  return {
    root: page(random, ['POST', '/checkout', '/checkout'], [place], facts.cart(random)),
    loop,
    fill: () => sql(random, 'checkout', 'orders', 'item_id = $1 FOR UPDATE'),
  };
}

function settle(random: Random): Scenario {
  const loop = step(random, 'ledger', ['settleEntries', 209], [], { 'app.ledger.account': 'receivables' });
  const root = step(
    random,
    'ledger',
    ['settleDay', 180],
    [
      loop,
      publish(random, ['ledger', 'email'], 'statements', [], {
        'app.email.template': random.pick(['statement', 'reminder']),
      }),
      httpCall(random, ['ledger', 'shipping'], ['GET', '/parcels'], [sql(random, 'shipping', 'parcels', 'day = $1')], {
        'app.order.id': orderId,
      }),
    ],
    { 'app.ledger.entries': { int: random.integer(5000) }, 'app.ledger.account': 'receivables' }
  );
  return { root, loop, fill: () => sql(random, 'ledger', 'entries', 'id = $1') };
}

const scenarios: readonly (readonly [number, (random: Random) => Scenario])[] = [
  [0.42, browse],
  [0.2, search],
  [0.2, fillCart],
  [0.14, pay],
  [0.04, settle],
];

function countOf(plan: SpanPlan): number {
  return plan.children.reduce((sum, child) => sum + countOf(child), 1);
}

/** The root of a trace that has exactly `spans` spans. */
export function planTrace(random: Random, spans: number): SpanPlan {
  let rest = random.unit();
  const chosen = scenarios.find(([share]) => (rest -= share) < 0) ?? scenarios[0];
  if (chosen === undefined) {
    throw new Error('no scenario');
  }
  const { root, loop, fill } = chosen[1](random);
  for (let missing = spans - countOf(root); missing !== 0; missing -= 1) {
    if (missing < 0) {
      throw new Error(`a trace has ${String(-missing)} spans more than the expected ${String(spans)}`);
    }
    loop.children.push(fill());
  }
  return root;
}
