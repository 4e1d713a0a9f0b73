// SPDX-License-Identifier: Apache-2.0
//
// How numbers become sizes on the map: areas grow with the logarithm of the rate, so that a busy service does not
// hide a quiet one.

const smallest = 13;
const largest = 24;
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

/**
 * How many times larger than drawn the labels are where the map is shown at `scale`, so that they can still be read; and
 * whether there is room for more than the name.
 */
export function labelScale(scale: number): { readonly factor: number; readonly nameOnly: boolean } {
  return { factor: Math.min(2.2, Math.max(1, 0.92 / scale)), nameOnly: scale < 0.75 };
}

function logShare(value: number, most: number): number {
  return most <= 1 ? 0.5 : Math.log1p(Math.max(0, value)) / Math.log1p(most);
}

/** SVG path of an arc from 12 o'clock clockwise over `share` (0 to 1) of a circle around the origin. */
export function arcPath(radius: number, share: number): string {
  if (share <= 0) {
    return '';
  }
  if (share >= 0.9995) {
    // A full circle has no arc: two halves do.
    const half = `A${String(radius)} ${String(radius)} 0 0 1`;
    return `M0 ${String(-radius)}${half} 0 ${String(radius)}${half} 0 ${String(-radius)}`;
  }
  const turn = share * 2 * Math.PI;
  const x = radius * Math.sin(turn);
  const y = -radius * Math.cos(turn);
  return `M0 ${String(-radius)}A${String(radius)} ${String(radius)} 0 ${turn > Math.PI ? '1' : '0'} 1 ${x.toFixed(2)} ${y.toFixed(2)}`;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}
