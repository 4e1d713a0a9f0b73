// SPDX-License-Identifier: Apache-2.0
//
// Lines of the map as SVG paths. In a layered map an edge leaves its caller level, at its side, and reaches its callee
// the same way; it rises and falls only between the layers and crosses a layer level, where the layout kept it free. So
// no line goes through a node or its label. In a map laid out by forces an edge is a slight bend, so that the two
// directions of a pair lie beside each other.
import { nodeBox } from './layout/graph-layout.ts';
import type { Point } from './map-scale.ts';

/** One end of an edge: the centre of a node and the radius at which the line begins. */
export interface EdgeEnd extends Point {
  readonly radius: number;
}

const arrow = 5;

/** The path of an edge; `via` is where it crosses the layers in between, undefined for a map without layers. */
export function edgePath(from: EdgeEnd, to: EdgeEnd, via: readonly Point[] | undefined): string {
  if (Math.hypot(to.x - from.x, to.y - from.y) < 1) {
    return loopPath(from);
  }
  return via === undefined ? bentPath(from, to) : routedPath(from, to, via);
}

function routedPath(from: EdgeEnd, to: EdgeEnd, via: readonly Point[]): string {
  // Calls against the order of the layers go from right to left.
  const side = to.x >= from.x ? 1 : -1;
  const clear = (side * nodeBox.width) / 2;
  let path = `M${n(from.x + side * from.radius)} ${n(from.y)}`;
  let at: Point = from;
  for (const next of [...via, to]) {
    const leave = at.x + clear;
    const arrive = next.x - clear;
    const middle = n((leave + arrive) / 2);
    path += `H${n(leave)}C${middle} ${n(at.y)} ${middle} ${n(next.y)} ${n(arrive)} ${n(next.y)}`;
    at = next;
  }
  return `${path}H${n(to.x - side * (to.radius + arrow))}`;
}

function bentPath(from: EdgeEnd, to: EdgeEnd): string {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const ux = (to.x - from.x) / length;
  const uy = (to.y - from.y) / length;
  const bend = Math.min(40, length * 0.08);
  const start = { x: from.x + ux * from.radius, y: from.y + uy * from.radius };
  const end = { x: to.x - ux * (to.radius + arrow), y: to.y - uy * (to.radius + arrow) };
  const middle = { x: (start.x + end.x) / 2 - uy * bend, y: (start.y + end.y) / 2 + ux * bend };
  return `M${n(start.x)} ${n(start.y)}Q${n(middle.x)} ${n(middle.y)} ${n(end.x)} ${n(end.y)}`;
}

/** A service that calls itself: a loop above it. */
function loopPath({ x, y, radius: r }: EdgeEnd): string {
  return `M${n(x - r * 0.6)} ${n(y - r * 0.8)}C${n(x - r * 1.6)} ${n(y - r * 3)} ${n(x + r * 1.6)} ${n(y - r * 3)} ${n(x + r * 0.6)} ${n(y - r * 0.8)}`;
}

function n(value: number): string {
  return value.toFixed(1);
}
