// SPDX-License-Identifier: Apache-2.0
//
// Grafana shares the whole of `d3` with plugins, not its parts: that is what is imported, and this is what is used of it.
declare module 'd3' {
  export { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from 'd3-force';
  export type { SimulationLinkDatum, SimulationNodeDatum } from 'd3-force';
}
