// SPDX-License-Identifier: Apache-2.0
//
// Rate of matching spans as bars, errors stacked at the bottom. Dragging chooses a time range.
import { useTheme2 } from '@grafana/ui';
import { useMemo } from 'react';
import UPlotChart from 'uplot';
import type uPlot from 'uplot';
import type { RedAnswer } from '../host.ts';
import { errorColor, okColor, themedAxis } from './chart-theme.ts';
import { formatRate } from './rate.ts';
import { onTimeRange } from './selection.ts';
import { timeAxis } from './time-axis.ts';
import { UPlot } from './UPlot.tsx';

interface Props {
  readonly answer: RedAnswer;
  readonly timeZone: string;
  readonly height: number;
  /** Charts with one key share their hover line. */
  readonly syncKey: string;
  /** Milliseconds. */
  readonly onRange: (from: number, to: number) => void;
}

export function RateChart({ answer, timeZone, height, syncKey, onRange }: Props) {
  const theme = useTheme2();
  const seconds = answer.stepMs / 1000;
  const data = useMemo((): uPlot.AlignedData => {
    const times = answer.total.counts.map((_, index) => (answer.start + (index + 0.5) * answer.stepMs) / 1000);
    return [
      times,
      answer.total.counts.map((count) => count / seconds),
      answer.total.errors.map((count) => count / seconds),
    ];
  }, [answer, seconds]);
  const isEmpty = answer.total.counts.every((count) => count === 0);
  const first = answer.start / 1000;
  const last = first + answer.total.counts.length * seconds;
  const options = useMemo((): Omit<uPlot.Options, 'width' | 'height'> => {
    const bars = UPlotChart.paths.bars?.({ size: [0.85, 24], align: 0 });
    const series = (label: string, color: string): uPlot.Series => ({
      label,
      fill: color,
      stroke: color,
      width: 0,
      points: { show: false },
      ...(bars === undefined ? {} : { paths: bars }),
    });
    return {
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: {
        sync: { key: syncKey, scales: ['x', null] },
        drag: { x: true, y: false, setScale: false },
        points: { show: false },
      },
      scales: {
        x: { time: true, range: () => [first, last] },
        y: { range: (_chart, _min, max) => [0, Math.max(max * 1.05, 0.001)] },
      },
      axes: [
        timeAxis(theme, timeZone),
        themedAxis(theme, {
          size: 56,
          space: 24,
          // Without any spans the axis is made up: only its zero is true.
          values: (_chart, splits) => splits.map((rate) => (isEmpty && rate > 0 ? '' : formatRate(rate))),
        }),
      ],
      series: [{}, series('rate', okColor(theme)), series('errors', errorColor(theme))],
      hooks: {
        setSelect: [onTimeRange(onRange)],
      },
    };
  }, [theme, timeZone, syncKey, first, last, isEmpty, onRange]);
  return <UPlot options={options} data={data} height={height} />;
}
