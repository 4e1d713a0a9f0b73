// SPDX-License-Identifier: Apache-2.0
//
// Durations over time: a cell is darker the more spans it holds, red to the share that failed. Exemplars are
// dots that open their trace. Dragging a box chooses a time range and a range of durations.
//
// uPlot gives axes, hover line and selection; the cells are drawn in its `drawAxes` hook, and the dots are links
// above the canvas, so that they can be reached by keyboard, copied and opened in a new tab.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Tooltip, useStyles2, useTheme2 } from '@grafana/ui';
import { useCallback, useMemo, useState } from 'react';
import type uPlot from 'uplot';
import { formatDuration, formatDateTime } from '../format/index.ts';
import type { Exemplar, RedAnswer } from '../host.ts';
import { testIds } from '../test-ids.ts';
import { dotStyle, errorColor, okColor, themedAxis } from './chart-theme.ts';
import {
  cellNanos,
  cellOpacity,
  cellPosition,
  cellRange,
  durationTicks,
  greatestCount,
  thinDots,
} from './heatmap-geometry.ts';
import type { HeatmapBox, PlacedDot } from './heatmap-geometry.ts';
import { onTimeBox } from './selection.ts';
import { timeAxis } from './time-axis.ts';
import { UPlot } from './UPlot.tsx';

interface Props {
  readonly answer: RedAnswer;
  readonly timeZone: string;
  readonly height: number;
  readonly syncKey: string;
  readonly exemplarHref: (exemplar: Exemplar) => string;
  readonly onBox: (box: HeatmapBox) => void;
}

/** Pixels between the centres of two dots, and how many there are at most: more hide what they are examples of. */
const dotDistance = 30;
const mostDots = 32;

export function DurationHeatmap({ answer, timeZone, height, syncKey, exemplarHref, onBox }: Props) {
  const theme = useTheme2();
  const styles = useStyles2(getStyles);
  const [places, setPlaces] = useState<readonly PlacedDot<Exemplar>[]>([]);
  const seconds = answer.stepMs / 1000;
  const first = answer.start / 1000;
  const last = first + answer.heatmap.length * seconds;
  const range = useMemo(() => cellRange(answer.heatmap), [answer.heatmap]);
  const data = useMemo((): uPlot.AlignedData => {
    const times = answer.heatmap.map((_, index) => first + (index + 0.5) * seconds);
    return [times, times.map(() => null)];
  }, [answer.heatmap, first, seconds]);

  const exemplars = useMemo(() => byInterest(answer.exemplars), [answer.exemplars]);
  const placeExemplars = useCallback(
    (chart: uPlot) => {
      const ratio = chart.bbox.width / Math.max(1, chart.over.clientWidth);
      const left = chart.bbox.left / ratio;
      const top = chart.bbox.top / ratio;
      const placed = exemplars.map((item) => ({
        item,
        left: left + chart.valToPos(Number(item.startUnixNano / 1000n) / 1e6, 'x'),
        top: top + chart.valToPos(cellPosition(Number(item.durationNanos)), 'y'),
      }));
      setPlaces(thinDots(placed, dotDistance, mostDots));
    },
    [exemplars]
  );

  const options = useMemo(
    (): Omit<uPlot.Options, 'width' | 'height'> => ({
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: {
        sync: { key: syncKey, scales: ['x', null] },
        drag: { x: true, y: true, setScale: false },
        points: { show: false },
      },
      scales: { x: { time: true, range: () => [first, last] }, y: { range: () => [range.min, range.max] } },
      axes: [
        timeAxis(theme, timeZone),
        themedAxis(theme, {
          size: 56,
          splits: (chart) => durationTicks(range, Math.max(2, chart.height / 28)),
          values: (_chart, splits) => splits.map((position) => formatDuration(Math.round(cellNanos(position)))),
        }),
      ],
      series: [{}, { show: true, points: { show: false } }],
      hooks: {
        drawAxes: [(chart) => drawCells(chart, answer, theme)],
        draw: [placeExemplars],
        setSelect: [
          onTimeBox(({ from, to, low, high }) =>
            onBox({ from, to, minNanos: cellNanos(low), maxNanos: cellNanos(high) })
          ),
        ],
      },
    }),
    [theme, timeZone, syncKey, first, last, range, answer, onBox, placeExemplars]
  );

  return (
    <div className={styles.frame}>
      <UPlot options={options} data={data} height={height} />
      {places.map(({ item: exemplar, left, top }) => (
        <Tooltip
          key={exemplar.spanId}
          content={`${exemplar.service} ${exemplar.name}: ${formatDuration(exemplar.durationNanos)}${
            exemplar.error ? ', error' : ''
          }, ${formatDateTime(exemplar.startUnixNano, timeZone)}`}
        >
          <a
            className={exemplar.error ? styles.errorDot : styles.dot}
            style={{ left, top }}
            href={exemplarHref(exemplar)}
            draggable={false}
            data-testid={testIds.search.exemplar}
            aria-label={`Open the trace of ${exemplar.service} ${exemplar.name}, ${formatDuration(exemplar.durationNanos)}`}
          />
        </Tooltip>
      ))}
    </div>
  );
}

/** The slowest that failed and the slowest that did not, in turns: those stay where not all dots have room. */
function byInterest(exemplars: readonly Exemplar[]): readonly Exemplar[] {
  const slowest = [...exemplars].sort((a, b) => Number(b.durationNanos - a.durationNanos));
  const failed = slowest.filter(({ error }) => error);
  const fine = slowest.filter(({ error }) => !error);
  return Array.from({ length: Math.max(failed.length, fine.length) }, (_, index) => [
    failed[index],
    fine[index],
  ]).flatMap((pair) => pair.filter((exemplar) => exemplar !== undefined));
}

function drawCells(chart: uPlot, answer: RedAnswer, theme: GrafanaTheme2): void {
  const { ctx, bbox } = chart;
  const greatest = greatestCount(answer.heatmap);
  const x = (seconds: number) => chart.valToPos(seconds, 'x', true);
  const y = (position: number) => chart.valToPos(position, 'y', true);
  const step = answer.stepMs / 1000;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  answer.heatmap.forEach((column, index) => {
    const left = x(answer.start / 1000 + index * step);
    const width = Math.max(1, x(answer.start / 1000 + (index + 1) * step) - left - 1);
    for (const [cell, count, errors] of column) {
      const top = y(cell + 1);
      const tall = Math.max(1, y(cell) - top - 1);
      ctx.globalAlpha = cellOpacity(count, greatest);
      ctx.fillStyle = okColor(theme);
      ctx.fillRect(left, top, width, tall);
      if (errors > 0) {
        // The failed share as a red foot: a colour-blind reader sees its edge, others its colour.
        ctx.globalAlpha = 1;
        ctx.fillStyle = errorColor(theme);
        const foot = Math.max(1.5, tall * (errors / count));
        ctx.fillRect(left, top + tall - foot, width, foot);
      }
    }
  });
  ctx.restore();
}

function getStyles(theme: GrafanaTheme2) {
  const dot = dotStyle(theme, theme.colors.background.canvas);
  return {
    frame: css({ position: 'relative' }),
    dot: css(dot),
    errorDot: css({ ...dot, background: theme.colors.error.text }),
  };
}
