// SPDX-License-Identifier: Apache-2.0
//
// Series over time as lines. A step without a sample is a gap, a sample between two gaps a dot. Diamonds are exemplars that
// open their trace. Dragging chooses a time range.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type uPlot from 'uplot';
import { themedAxis } from '../charts/chart-theme.ts';
import { thinDots } from '../charts/heatmap-geometry.ts';
import type { PlacedDot } from '../charts/heatmap-geometry.ts';
import { onTimeRange } from '../charts/selection.ts';
import { timeAxis } from '../charts/time-axis.ts';
import { UPlot } from '../charts/UPlot.tsx';
import type { MetricsAnswer, MetricsExemplar } from '../host.ts';
import { ExemplarDot } from './ExemplarDot.tsx';
import type { MetricsUnit } from './metrics-query.ts';
import type { ShownSeries } from './series-look.ts';
import { axisValues } from './value-axis.ts';
import { formatMetric } from './values.ts';

interface Props {
  readonly answer: MetricsAnswer;
  readonly shown: readonly ShownSeries[];
  readonly unit: MetricsUnit;
  /** Milliseconds. */
  readonly range: { readonly from: number; readonly to: number };
  readonly timeZone: string;
  readonly height: number;
  /** Series that stands out, by its name. */
  readonly focused?: string;
  readonly exemplarHref: (exemplar: MetricsExemplar) => string;
  readonly onRange: (from: number, to: number) => void;
  /** Step under the pointer. */
  readonly onHover: (step: number | undefined) => void;
}

const dotDistance = 22;
const mostDots = 40;

interface Dot {
  readonly exemplar: MetricsExemplar;
  readonly shown: ShownSeries;
  readonly value: number;
}

export function SeriesChart(props: Props) {
  const { answer, shown, unit, range, timeZone, height, focused, exemplarHref, onRange, onHover } = props;
  const theme = useTheme2();
  const styles = useStyles2(getStyles);
  const [places, setPlaces] = useState<readonly PlacedDot<Dot>[]>([]);
  const [chart, setChart] = useState<uPlot>();
  useEffect(() => {
    const index = shown.findIndex(({ name }) => name === focused);
    chart?.setSeries(index === -1 ? null : index + 1, { focus: index !== -1 });
  }, [chart, shown, focused]);
  const data = useMemo(
    (): uPlot.AlignedData => [
      answer.times.map((time) => time / 1000),
      ...shown.map(({ series }) => series.values.map((value) => value ?? null)),
    ],
    [answer.times, shown]
  );
  const dots = useMemo(() => dotsOf(shown), [shown]);
  const placeDots = useCallback(
    (chart: uPlot) => {
      const ratio = chart.bbox.width / Math.max(1, chart.over.clientWidth);
      const left = chart.bbox.left / ratio;
      const top = chart.bbox.top / ratio;
      const placed = dots.map((item) => ({
        item,
        left: left + chart.valToPos(item.exemplar.time / 1000, 'x'),
        top: top + Math.max(0, Math.min(chart.over.clientHeight, chart.valToPos(item.value, 'y'))),
      }));
      const inside = placed.filter((dot) => dot.left >= left && dot.left <= left + chart.over.clientWidth);
      setPlaces(thinDots(inside, dotDistance, mostDots));
    },
    [dots]
  );
  // Points of their own where a sample stands alone, and where there are few.
  const few = answer.times.length <= 40;
  const options = useMemo((): Omit<uPlot.Options, 'width' | 'height'> => {
    const allPositive = shown.every(({ series }) => series.values.every((value) => value === undefined || value >= 0));
    return {
      padding: [8, 8, 0, 0],
      legend: { show: false },
      focus: { alpha: 0.2 },
      cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
      scales: {
        x: { time: true, range: () => [range.from / 1000, range.to / 1000] },
        y: {
          range: (_chart, min, max) => {
            const least = allPositive ? 0 : min - (max - min) * 0.05;
            return max > least ? [least, max + (max - least) * 0.06] : [least, least + 1];
          },
        },
      },
      axes: [
        timeAxis(theme, timeZone),
        themedAxis(theme, { size: 60, space: 26, values: (_chart, splits) => axisValues(splits, unit) }),
      ],
      series: [
        {},
        ...shown.map(({ name, color }): uPlot.Series => ({
          label: name,
          stroke: color,
          width: 1.5,
          spanGaps: false,
          ...(shown.length === 1 ? { fill: `${color}22` } : {}),
          points: {
            show: true,
            size: 4,
            fill: color,
            ...(few ? {} : { filter: (chart, index) => aloneIn(chart.data[index]) }),
          },
        })),
      ],
      hooks: {
        draw: [placeDots],
        setCursor: [(chart) => onHover(chart.cursor.idx ?? undefined)],
        setSelect: [onTimeRange(onRange)],
      },
    };
  }, [theme, timeZone, shown, unit, range.from, range.to, few, placeDots, onHover, onRange]);
  return (
    <div className={styles.frame} style={{ height }}>
      <UPlot key={height} options={options} data={data} height={height} onReady={setChart} />
      {places.map(({ item: { exemplar, shown: of, value }, left, top }) => (
        <ExemplarDot
          key={`${exemplar.traceId}-${String(exemplar.time)}-${of.name}`}
          exemplar={exemplar}
          left={left}
          top={top}
          color={of.color}
          timeZone={timeZone}
          href={exemplarHref(exemplar)}
          words={`${of.name} ${formatMetric(value, unit)}`}
        />
      ))}
    </div>
  );
}

/** Places of the samples that stand between two gaps: no line would show them. */
function aloneIn(values: ArrayLike<number | null | undefined> | undefined): number[] {
  const isThere = (index: number) => values?.[index] !== null && values?.[index] !== undefined;
  return Array.from({ length: values?.length ?? 0 }, (_, index) => index).filter(
    (index) => isThere(index) && !isThere(index - 1) && !isThere(index + 1)
  );
}

/** Greatest values first: those are what somebody wants an example of. */
function dotsOf(shown: readonly ShownSeries[]): readonly Dot[] {
  return shown
    .flatMap((one) =>
      one.series.exemplars.flatMap((exemplar) =>
        exemplar.value === undefined ? [] : [{ exemplar, shown: one, value: exemplar.value }]
      )
    )
    .sort((a, b) => b.value - a.value);
}

function getStyles(_theme: GrafanaTheme2) {
  return { frame: css({ position: 'relative' }) };
}
