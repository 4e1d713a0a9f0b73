// SPDX-License-Identifier: Apache-2.0
//
// What dragging in a chart has chosen, told once and then cleared: whoever is told shows it in a way of his own.
import type uPlot from 'uplot';
import type { RawTimeRange } from '../host.ts';

/** Pixels; less is a click with an unsteady hand. */
const leastDrag = 4;

/** A box in a chart: milliseconds, and positions on its y axis. */
export interface ChosenBox {
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
}

/** The whole milliseconds around what was chosen, as the host takes them. */
export function toRawRange(from: number, to: number): RawTimeRange {
  return { from: String(Math.floor(from)), to: String(Math.ceil(to)) };
}

/** For the hook `setSelect` of a chart over time, dragged from left to right. Milliseconds. */
export function onTimeRange(chosen: (from: number, to: number) => void): (chart: uPlot) => void {
  return (chart) => {
    const { left, width } = chart.select;
    if (width > leastDrag) {
      clear(chart);
      chosen(...timesOf(chart, left, width));
    }
  };
}

/** For the hook `setSelect` of a heatmap, dragged in both directions. */
export function onTimeBox(chosen: (box: ChosenBox) => void): (chart: uPlot) => void {
  return (chart) => {
    const { left, top, width, height } = chart.select;
    if (width > leastDrag && height > leastDrag) {
      clear(chart);
      const [from, to] = timesOf(chart, left, width);
      chosen({ from, to, low: chart.posToVal(top + height, 'y'), high: chart.posToVal(top, 'y') });
    }
  };
}

function timesOf(chart: uPlot, left: number, width: number): [from: number, to: number] {
  return [chart.posToVal(left, 'x') * 1000, chart.posToVal(left + width, 'x') * 1000];
}

function clear(chart: uPlot): void {
  chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}
