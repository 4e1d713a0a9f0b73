// SPDX-License-Identifier: Apache-2.0
//
// The part of a service graph that is worth its room.
import type { ServiceGraph } from '@tracewell/views';

/**
 * The calls of at least `leastRate` a second, and the services that make or take one of them or stood alone before. Graphs
 * that say no rates stay as they are.
 */
export function busyPart(graph: ServiceGraph, seconds: number, leastRate: number): ServiceGraph {
  if (!(leastRate > 0) || graph.edges.every(({ requests, words }) => words !== undefined && requests <= 1)) {
    return graph;
  }
  const edges = graph.edges.filter(({ requests }) => requests / Math.max(1, seconds) >= leastRate);
  const before = new Set(graph.edges.flatMap(({ client, server }) => [client, server]));
  const left = new Set(edges.flatMap(({ client, server }) => [client, server]));
  return { ...graph, edges, nodes: graph.nodes.filter(({ id }) => left.has(id) || !before.has(id)) };
}

/** Id of the node with this name or id, in any case; undefined if there is none. */
export function nodeNamed(graph: ServiceGraph, name: string): string | undefined {
  const wanted = name.trim().toLowerCase();
  return wanted === ''
    ? undefined
    : graph.nodes.find((node) => node.name.toLowerCase() === wanted || node.id.toLowerCase() === wanted)?.id;
}
