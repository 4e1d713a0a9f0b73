// SPDX-License-Identifier: Apache-2.0
//
// Part of a service graph around one node.
import type { ServiceEdge, ServiceGraph, ServiceNode } from '../host.ts';

/**
 * The nodes within `hops` calls of `focus`, in either direction, and all edges between them. The whole graph if
 * there is no such node.
 */
export function focusGraph(graph: ServiceGraph, focus: string | undefined, hops: number): ServiceGraph {
  if (focus === undefined || !graph.nodes.some(({ id }) => id === focus)) {
    return graph;
  }
  const near = new Set([focus]);
  for (let hop = 0; hop < hops; hop += 1) {
    const before = new Set(near);
    for (const { client, server } of graph.edges) {
      if (before.has(client)) {
        near.add(server);
      }
      if (before.has(server)) {
        near.add(client);
      }
    }
  }
  return {
    ...graph,
    nodes: graph.nodes.filter(({ id }) => near.has(id)),
    edges: graph.edges.filter(({ client, server }) => near.has(client) && near.has(server)),
  };
}

/** Who calls a node and whom it calls, busiest first. */
export function neighbours(graph: ServiceGraph, id: string): { callers: ServiceEdge[]; callees: ServiceEdge[] } {
  const busiest = (a: ServiceEdge, b: ServiceEdge) => b.requests - a.requests;
  return {
    callers: graph.edges.filter(({ server }) => server === id).sort(busiest),
    callees: graph.edges.filter(({ client }) => client === id).sort(busiest),
  };
}

/** Share of requests that failed, 0 to 1. */
export function errorShare({ requests, errors }: { requests: number; errors: number }): number {
  return requests === 0 ? 0 : Math.min(1, errors / requests);
}

/** A query for the traces in which a node takes part. */
export function nodeQuery(node: ServiceNode): string {
  const name = quote(node.name);
  switch (node.kind) {
    case 'service':
      return `{ resource.service.name = ${name} }`;
    case 'database':
      return `{ span.db.namespace = ${name} || span.db.name = ${name} || span.db.system.name = ${name} || span.db.system = ${name} || span.peer.service = ${name} || span.server.address = ${name} }`;
    case 'messaging':
      return `{ span.messaging.destination.name = ${name} || span.messaging.system = ${name} || span.peer.service = ${name} }`;
    case 'external':
      return `{ span.peer.service = ${name} || span.server.address = ${name} || span.net.peer.name = ${name} }`;
    case 'user':
      return '{ nestedSetParent < 0 }';
  }
}

/** A query for the traces in which one node calls another. */
export function edgeQuery(client: ServiceNode, server: ServiceNode): string {
  if (client.kind === 'user') {
    return `{ nestedSetParent < 0 && resource.service.name = ${quote(server.name)} }`;
  }
  if (server.kind === 'service') {
    return `${nodeQuery(client)} && ${nodeQuery(server)}`;
  }
  const inner = nodeQuery(server).slice(2, -2);
  return `{ resource.service.name = ${quote(client.name)} && (${inner}) }`;
}

function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`;
}
