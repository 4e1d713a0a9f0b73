// SPDX-License-Identifier: Apache-2.0
//
// How numbers become sizes on the map: areas grow with the logarithm of the rate, so that a busy service does not
// hide a quiet one.

const smallest = 12;
const largest = 26;
const thinnest = 1;
const thickest = 6;

/** Radius in pixels of a node with `requests`, where the busiest has `most`. */
export function nodeRadius(requests: number, most: number): number {
  return smallest + (largest - smallest) * logShare(requests, most);
}

/** Width in pixels of an edge with `requests`, where the busiest has `most`. */
export function edgeWidth(requests: number, most: number): number {
  return thinnest + (thickest - thinnest) * logShare(requests, most);
}

function logShare(value: number, most: number): number {
  return most <= 1 ? 0.5 : Math.log1p(Math.max(0, value)) / Math.log1p(most);
}

/** SVG path of an arc from 12 o'clock clockwise over `share` (0 to 1) of a circle around the origin. */
export function arcPath(radius: number, share: number): string {
  if (share <= 0) {
    return '';
  }
  // A full circle has no arc: two halves do.
  const turn = Math.min(share, 0.9999) * 2 * Math.PI;
  const x = radius * Math.sin(turn);
  const y = -radius * Math.cos(turn);
  return `M0 ${String(-radius)}A${String(radius)} ${String(radius)} 0 ${turn > Math.PI ? '1' : '0'} 1 ${x.toFixed(2)} ${y.toFixed(2)}`;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * SVG path of an edge from the rim of one circle to the rim of another, slightly bent so that the two directions
 * of a pair of services lie beside each other.
 */
export function edgePath(from: Point, fromRadius: number, to: Point, toRadius: number): string {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.hypot(dx, dy);
  if (length < 1) {
    // A service that calls itself: a loop above it.
    const r = fromRadius;
    return `M${n(from.x - r * 0.6)} ${n(from.y - r * 0.8)}C${n(from.x - r * 1.6)} ${n(from.y - r * 3)} ${n(from.x + r * 1.6)} ${n(from.y - r * 3)} ${n(from.x + r * 0.6)} ${n(from.y - r * 0.8)}`;
  }
  const ux = dx / length;
  const uy = dy / length;
  const bend = Math.min(40, length * 0.08);
  const start = { x: from.x + ux * fromRadius, y: from.y + uy * fromRadius };
  const end = { x: to.x - ux * (toRadius + 5), y: to.y - uy * (toRadius + 5) };
  const middle = { x: (start.x + end.x) / 2 - uy * bend, y: (start.y + end.y) / 2 + ux * bend };
  return `M${n(start.x)} ${n(start.y)}Q${n(middle.x)} ${n(middle.y)} ${n(end.x)} ${n(end.y)}`;
}

function n(value: number): string {
  return value.toFixed(1);
}
