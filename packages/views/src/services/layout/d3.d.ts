// SPDX-License-Identifier: Apache-2.0
//
// Grafana shares the whole of `d3` with plugins, not its parts: that is what is imported, and this is what is used of it.
declare module 'd3' {
  type Force = typeof import('d3-force');
  export const forceCollide: Force['forceCollide'];
  export const forceLink: Force['forceLink'];
  export const forceManyBody: Force['forceManyBody'];
  export const forceSimulation: Force['forceSimulation'];
  export const forceX: Force['forceX'];
  export const forceY: Force['forceY'];
  export type SimulationNodeDatum = import('d3-force').SimulationNodeDatum;
  export type SimulationLinkDatum<Node extends SimulationNodeDatum> = import('d3-force').SimulationLinkDatum<Node>;
}
