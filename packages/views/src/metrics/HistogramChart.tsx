// SPDX-License-Identifier: Apache-2.0
//
// A histogram over time: a row for each power of two, darker the more spans there were. Dragging a box chooses spans.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { useCallback, useMemo, useState } from 'react';
import type uPlot from 'uplot';
import { okColor, themedAxis } from '../charts/chart-theme.ts';
import { cellOpacity, thinDots } from '../charts/heatmap-geometry.ts';
import type { PlacedDot } from '../charts/heatmap-geometry.ts';
import { onTimeBox } from '../charts/selection.ts';
import { timeAxis } from '../charts/time-axis.ts';
import { UPlot } from '../charts/UPlot.tsx';
import type { MetricsExemplar } from '../host.ts';
import { ExemplarDot } from './ExemplarDot.tsx';
import { scaleOf } from './histogram.ts';
import type { Histogram, HistogramExemplar } from './histogram.ts';
import type { MetricsUnit } from './metrics-query.ts';
import { formatMetric } from './values.ts';

/** A chosen part of the heatmap: milliseconds, and rows as the histogram counts them. */
export interface HistogramBox {
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
}

interface Props {
  readonly histogram: Histogram;
  readonly unit: MetricsUnit;
  /** Milliseconds. */
  readonly range: { readonly from: number; readonly to: number };
  readonly timeZone: string;
  readonly height: number;
  readonly exemplarHref: (exemplar: MetricsExemplar) => string;
  readonly onBox: (box: HistogramBox) => void;
  /** What is under the pointer, in words; undefined for nothing. */
  readonly onHover: (words: string | undefined) => void;
}

const dotDistance = 30;
const mostDots = 32;

export function HistogramChart({ histogram, unit, range, timeZone, height, exemplarHref, onBox, onHover }: Props) {
  const theme = useTheme2();
  const styles = useStyles2(getStyles);
  const [places, setPlaces] = useState<readonly PlacedDot<HistogramExemplar>[]>([]);
  const { times, stepMs, rows } = histogram;
  const data = useMemo((): uPlot.AlignedData => {
    const middles = times.map((time) => (time - stepMs / 2) / 1000);
    return [middles, middles.map(() => null)];
  }, [times, stepMs]);
  const exemplars = useMemo(() => [...histogram.exemplars].sort((a, b) => b.position - a.position), [histogram]);
  const placeDots = useCallback(
    (chart: uPlot) => {
      const ratio = chart.bbox.width / Math.max(1, chart.over.clientWidth);
      const left = chart.bbox.left / ratio;
      const top = chart.bbox.top / ratio;
      const placed = exemplars.map((item) => ({
        item,
        // A store that gives the end of its step means somewhere in it.
        left: left + chart.valToPos(middleOf(item.time, times, stepMs) / 1000, 'x'),
        top: top + chart.valToPos(item.position, 'y'),
      }));
      const inside = placed.filter((dot) => dot.left >= left && dot.left <= left + chart.over.clientWidth);
      setPlaces(thinDots(inside, dotDistance, mostDots));
    },
    [exemplars, times, stepMs]
  );
  const options = useMemo((): Omit<uPlot.Options, 'width' | 'height'> => {
    const low = rows.first - 1.5;
    const high = Math.max(rows.last + 0.5, low + 3);
    const textOf = (row: number) => formatMetric(2 ** row / scaleOf(unit), unit);
    return {
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: true, y: true, setScale: false }, points: { show: false } },
      scales: { x: { time: true, range: () => [range.from / 1000, range.to / 1000] }, y: { range: () => [low, high] } },
      axes: [
        timeAxis(theme, timeZone),
        themedAxis(theme, {
          size: 60,
          splits: (chart) => rowTicks(rows, Math.max(2, chart.height / 24)),
          values: (_chart, splits) => splits.map(textOf),
        }),
      ],
      series: [{}, { show: true, points: { show: false } }],
      hooks: {
        drawAxes: [(chart) => drawCells(chart, histogram, okColor(theme))],
        draw: [placeDots],
        setCursor: [
          (chart) => {
            const step = chart.cursor.idx;
            const top = chart.cursor.top ?? -1;
            const row = Math.ceil(chart.posToVal(top, 'y'));
            const count =
              step === null || step === undefined || top < 0 ? undefined : histogram.counts[step]?.[row - rows.first];
            onHover(
              count === undefined
                ? undefined
                : `${textOf(row - 1)} to ${textOf(row)}: ${formatMetric(count, 'count')} spans`
            );
          },
        ],
        setSelect: [
          // Whole rows: nobody knows where in a row a span was.
          onTimeBox((box) => onBox({ ...box, low: Math.floor(box.low), high: Math.ceil(box.high) })),
        ],
      },
    };
  }, [theme, timeZone, rows, unit, range.from, range.to, histogram, placeDots, onBox, onHover]);
  return (
    <div className={styles.frame} style={{ height }}>
      <UPlot key={height} options={options} data={data} height={height} />
      {places.map(({ item, left, top }) => (
        <ExemplarDot
          key={`${item.traceId}-${String(item.time)}-${String(item.position)}`}
          exemplar={item}
          left={left}
          top={top}
          timeZone={timeZone}
          href={exemplarHref(item)}
          words={formatMetric(2 ** item.position / scaleOf(unit), unit)}
        />
      ))}
    </div>
  );
}

function middleOf(time: number, times: readonly number[], stepMs: number): number {
  return times.includes(time) ? time - stepMs / 2 : time;
}

/** Upper bounds of rows, thinned to at most `most`. */
function rowTicks({ first, last }: Histogram['rows'], most: number): number[] {
  const all = Array.from({ length: Math.max(0, last - first + 2) }, (_, index) => first - 1 + index);
  const every = Math.max(1, Math.ceil(all.length / most));
  return all.filter((_, index) => index % every === 0);
}

function drawCells(chart: uPlot, { times, stepMs, rows, counts, greatest }: Histogram, color: string): void {
  const { ctx, bbox } = chart;
  const x = (ms: number) => chart.valToPos(ms / 1000, 'x', true);
  const y = (position: number) => chart.valToPos(position, 'y', true);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = color;
  times.forEach((end, step) => {
    const left = x(end - stepMs);
    const width = Math.max(1, x(end) - left - 1);
    (counts[step] ?? []).forEach((count, row) => {
      if (count > 0) {
        const top = y(rows.first + row);
        ctx.globalAlpha = cellOpacity(count, greatest);
        ctx.fillRect(left, top, width, Math.max(1, y(rows.first + row - 1) - top - 1));
      }
    });
  });
  ctx.restore();
}

function getStyles(_theme: GrafanaTheme2) {
  return { frame: css({ position: 'relative' }) };
}
