// SPDX-License-Identifier: Apache-2.0
//
// A service graph of any size for looking at: each service is called by one or two before it, some calls fail.

import type { ServiceEdge, ServiceGraph, ServiceNode } from '../../host.ts';

const names = ['storefront', 'checkout', 'cart', 'payment', 'catalog', 'search', 'mail', 'stock', 'orders', 'users'];

/** A graph of `count` services; the last one is a database. */
export function someGraph(count: number): ServiceGraph {
  const traffic = (i: number) => {
    const requests = Math.round(90_000 / (i + 1));
    return {
      requests,
      errors: i % 5 === 3 ? Math.round(requests / 12) : 0,
      p50: 4e6 * i,
      p95: 2e7 * (i + 1),
      p99: 5e7 * (i + 1),
    };
  };
  const nodes = Array.from({ length: count }, (_, i): ServiceNode => {
    const name = `${names[i % names.length] ?? ''}${i < names.length ? '' : `-${String(Math.floor(i / names.length))}`}`;
    return {
      id: name,
      name,
      kind: i === count - 1 ? 'database' : 'service',
      requestsOverTime: [4, 5, 7, 6],
      errorsOverTime: [0, 1, 0, 0],
      ...traffic(i),
    };
  });
  const edges: ServiceEdge[] = [];
  for (let i = 1; i < count; i++) {
    const callers = new Set([Math.floor((i - 1) / 2), Math.floor(i / 3)]);
    for (const caller of callers) {
      const client = nodes[caller]?.id ?? '';
      const server = nodes[i]?.id ?? '';
      if (caller !== i) edges.push({ client, server, kind: i === count - 1 ? 'database' : 'call', ...traffic(i) });
    }
  }
  return { nodes, edges };
}
