// SPDX-License-Identifier: Apache-2.0
//
// Lines of the map as SVG paths. In a layered map an edge leaves its caller level, at its side, and reaches its callee
// the same way, so that it does not cross their labels; between them it goes through the points that the layout
// kept free of nodes. In a map laid out by forces it is a slight bend, so that the two directions of a pair lie beside
// each other.
import { nodeBox } from './layout/graph-layout.ts';
import type { Point } from './map-scale.ts';

/** One end of an edge: the centre of a node and the radius at which the line begins. */
export interface EdgeEnd extends Point {
  readonly radius: number;
}

const arrow = 5;

/** The path of an edge; `via` are the free points between the layers, none for a map without layers. */
export function edgePath(from: EdgeEnd, to: EdgeEnd, via: readonly Point[]): string {
  if (Math.hypot(to.x - from.x, to.y - from.y) < 1) {
    return loopPath(from);
  }
  return via.length === 0 ? bentPath(from, to) : routedPath(from, to, via);
}

function routedPath(from: EdgeEnd, to: EdgeEnd, via: readonly Point[]): string {
  // Calls against the order of the layers go from right to left.
  const side = to.x >= from.x ? 1 : -1;
  const clear = nodeBox.width / 2;
  const points = [{ x: from.x + side * clear, y: from.y }, ...via, { x: to.x - side * clear, y: to.y }];
  const start = `M${n(from.x + side * from.radius)} ${n(from.y)}`;
  const end = `H${n(to.x - side * (to.radius + arrow))}`;
  return `${start}H${n(points[0]?.x ?? 0)}${smoothThrough(points)}${end}`;
}

/**
 * Cubic curves through points whose x only grows or only falls: level at both ends, and never higher or lower than
 * the points between which it is (the tangents of Steffen's monotone interpolation).
 */
function smoothThrough(points: readonly Point[]): string {
  const slopes = points.map((point, index) => {
    const before = points[index - 1];
    const after = points[index + 1];
    return before === undefined || after === undefined ? 0 : steffen(before, point, after);
  });
  let path = '';
  for (let index = 1; index < points.length; index += 1) {
    const a = points[index - 1];
    const b = points[index];
    if (a !== undefined && b !== undefined) {
      const third = (b.x - a.x) / 3;
      const leave = a.y + third * (slopes[index - 1] ?? 0);
      const arrive = b.y - third * (slopes[index] ?? 0);
      path += `C${n(a.x + third)} ${n(leave)} ${n(b.x - third)} ${n(arrive)} ${n(b.x)} ${n(b.y)}`;
    }
  }
  return path;
}

function steffen(before: Point, at: Point, after: Point): number {
  const h0 = at.x - before.x;
  const h1 = after.x - at.x;
  if (h0 === 0 || h1 === 0 || h0 > 0 !== h1 > 0) {
    return 0;
  }
  const s0 = (at.y - before.y) / h0;
  const s1 = (after.y - at.y) / h1;
  const p = (s0 * h1 + s1 * h0) / (h0 + h1);
  return (Math.sign(s0) + Math.sign(s1)) * Math.min(Math.abs(s0), Math.abs(s1), 0.5 * Math.abs(p));
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
