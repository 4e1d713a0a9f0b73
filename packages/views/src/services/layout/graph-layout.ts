// SPDX-License-Identifier: Apache-2.0
//
// Where the nodes of a service map stand. The layout depends on nothing but who calls whom: rates and errors change
// with each refresh, and nothing may move under the pointer then. Up to 80 nodes are laid out in layers from callers
// to callees (dagre); larger maps, for which layers take too long and get too tall, by forces (d3-force, whose
// start positions and random numbers are fixed). docs/adr/0003-service-map.md has the measurements.
import dagre from '@dagrejs/dagre';
import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from 'd3';
import type { SimulationLinkDatum, SimulationNodeDatum } from 'd3';

export interface LayoutInput {
  readonly nodes: readonly string[];
  /** Indexes into `nodes`. */
  readonly edges: readonly (readonly [from: number, to: number])[];
}

export interface LayoutResult {
  /** Centres, in pixels at zoom 1, one for each node. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** For each edge where it crosses the layers between its ends, clear of their nodes. Empty where there are no layers. */
  readonly routes: readonly (readonly Place[])[];
  readonly width: number;
  readonly height: number;
}

/** Room that a node and its label take, in pixels; the disc's centre is `rise` above that of the box. */
export const nodeBox = { width: 124, height: 88, rise: 16 };
const margin = 40;
const mostLayeredNodes = 80;
const mostLayeredEdges = 250;
const forceSteps = 200;

/** Places every node; the same input always gives the same places. */
export function computeLayout(input: LayoutInput): LayoutResult {
  if (input.nodes.length === 0) {
    return { x: [], y: [], routes: [], width: 0, height: 0 };
  }
  const layered = input.nodes.length <= mostLayeredNodes && input.edges.length <= mostLayeredEdges;
  return layered ? layeredLayout(input) : normalize(forcePlaces(input), []);
}

/** Identifies a layout: two inputs with one key have the same places. */
export function layoutKey(input: LayoutInput): string {
  return JSON.stringify([input.nodes, input.edges]);
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

function layeredLayout(input: LayoutInput): LayoutResult {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 6, edgesep: 18, ranksep: 104 });
  graph.setDefaultEdgeLabel(() => ({}));
  input.nodes.forEach((_, index) => graph.setNode(String(index), { width: nodeBox.width, height: nodeBox.height }));
  for (const [from, to] of input.edges) {
    if (from !== to) {
      graph.setEdge(String(from), String(to));
    }
  }
  dagre.layout(graph);
  const places = input.nodes.map((_, index) => {
    const { x = 0, y = 0 } = graph.node(String(index)) as Partial<Place>;
    return { x, y: y - nodeBox.rise };
  });
  const routes = input.edges.map(([from, to]) => {
    const edge = graph.edge(String(from), String(to)) as { points?: readonly Place[] } | undefined;
    // Dagre's points are in turns between two layers and in the middle of one; only those tell where there is room.
    return (edge?.points ?? []).slice(1, -1).filter((_, index) => index % 2 === 1);
  });
  return normalize(places, routes);
}

function forcePlaces(input: LayoutInput): Place[] {
  const nodes: SimulationNodeDatum[] = input.nodes.map(() => ({}));
  const links: SimulationLinkDatum<SimulationNodeDatum>[] = input.edges
    .filter(([from, to]) => from !== to)
    .map(([source, target]) => ({ source, target }));
  forceSimulation(nodes)
    .force('link', forceLink(links).distance(160).strength(0.2))
    .force('charge', forceManyBody().strength(-700).distanceMax(1600))
    .force('x', forceX(0).strength(0.03))
    .force('y', forceY(0).strength(0.05))
    .force('collide', forceCollide(nodeBox.width / 2))
    .stop()
    .tick(forceSteps);
  return nodes.map(({ x = 0, y = 0 }) => ({ x, y }));
}

function normalize(places: readonly Place[], routes: readonly (readonly Place[])[]): LayoutResult {
  const left = Math.min(...places.map(({ x }) => x)) - nodeBox.width / 2 - margin;
  const top = Math.min(...places.map(({ y }) => y)) - nodeBox.height / 2 - margin;
  const right = Math.max(...places.map(({ x }) => x)) + nodeBox.width / 2 + margin;
  const bottom = Math.max(...places.map(({ y }) => y)) + nodeBox.height / 2 + margin;
  return {
    x: places.map(({ x }) => x - left),
    y: places.map(({ y }) => y - top),
    routes: routes.map((route) => route.map(({ x, y }) => ({ x: x - left, y: y - top }))),
    width: right - left,
    height: bottom - top,
  };
}
