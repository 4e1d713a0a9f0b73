// SPDX-License-Identifier: Apache-2.0
//
// What is used of `d3`. Grafana shares the whole of it with plugins and not its parts, so the whole is what is imported;
// it has no types of its own.
declare module 'd3' {
  export interface SimulationNodeDatum {
    x?: number;
    y?: number;
  }
  export interface SimulationLinkDatum<Node extends SimulationNodeDatum> {
    /** Index of a node; the simulation puts the node itself there. */
    source: Node | number;
    target: Node | number;
  }
  /** Called by the simulation only. */
  interface Force {
    (alpha: number): void;
  }
  interface LinkForce extends Force {
    distance(pixels: number): this;
    strength(strength: number): this;
  }
  interface ChargeForce extends Force {
    strength(strength: number): this;
    distanceMax(pixels: number): this;
  }
  interface PositionForce extends Force {
    strength(strength: number): this;
  }
  interface Simulation {
    force(name: string, force: Force): this;
    stop(): this;
    tick(steps: number): this;
  }
  export function forceSimulation(nodes: SimulationNodeDatum[]): Simulation;
  export function forceLink<Node extends SimulationNodeDatum>(links: SimulationLinkDatum<Node>[]): LinkForce;
  export function forceManyBody(): ChargeForce;
  export function forceX(x: number): PositionForce;
  export function forceY(y: number): PositionForce;
  export function forceCollide(radius: number): Force;
}
