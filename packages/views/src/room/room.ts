// SPDX-License-Identifier: Apache-2.0
//
// Which parts of a view there is room for. A panel of 400 x 300 shows the timeline (or the map) and nothing else; more
// appears as there is room. A page always has at least LEAST_PAGE_HEIGHT and therefore everything.

import type { Size } from './use-size.ts';

/** Height below which a page scrolls as a whole instead of leaving parts out. */
export const LEAST_PAGE_HEIGHT = 560;

export interface TraceRoom {
  readonly header: boolean;
  readonly findings: boolean;
  /** Tabs and filter. */
  readonly tools: boolean;
  readonly minimap: boolean;
  /** Where the details lie: beside the tree, below it, or (opened only when asked for) over everything. */
  readonly details: 'side' | 'below' | 'over';
}

/** Parts that a host wants left out, by `false`, although there would be room. */
export type TraceParts = Readonly<Partial<Record<'header' | 'findings' | 'tools' | 'minimap' | 'details', boolean>>>;

/** Parts of the trace view. */
export function traceRoom({ width, height }: Size, parts: TraceParts = {}): TraceRoom {
  const high = height >= LEAST_PAGE_HEIGHT;
  return {
    header: parts.header !== false && (high || (height >= 360 && width >= 560)),
    tools: parts.tools !== false && (high || (height >= 420 && width >= 560)),
    minimap: parts.minimap !== false && (high || height >= 480),
    findings: parts.findings !== false && high,
    details: width >= 1100 && height >= 360 ? 'side' : high ? 'below' : 'over',
  };
}

export interface ServicesRoom {
  /** What is said of the chosen service or call: beside the map or over it. */
  readonly panel: 'side' | 'over';
  readonly legend: boolean;
}

/** Parts of the service map. */
export function servicesRoom({ width, height }: Size): ServicesRoom {
  return { panel: width >= 720 ? 'side' : 'over', legend: width >= 720 && height >= 420 };
}
