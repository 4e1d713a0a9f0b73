// SPDX-License-Identifier: Apache-2.0
//
// uPlot in React: made anew when its options change, filled anew when its data change, as wide as its place.
import { useEffect, useLayoutEffect, useRef } from 'react';
import UPlotChart from 'uplot';
import type uPlot from 'uplot';

interface Props {
  /** Keep the identity stable (useMemo): a new object makes a new chart. */
  readonly options: Omit<uPlot.Options, 'width' | 'height'>;
  readonly data: uPlot.AlignedData;
  readonly height: number;
  readonly onReady?: (chart: uPlot | undefined) => void;
}

export function UPlot({ options, data, height, onReady }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>();
  const latest = useRef({ data, height });
  latest.current = { data, height };

  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) {
      return undefined;
    }
    const made = new UPlotChart(
      { ...options, width: Math.max(1, element.clientWidth), height: latest.current.height },
      latest.current.data,
      element
    );
    chart.current = made;
    onReady?.(made);
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0 && element.clientWidth !== made.width) {
        made.setSize({ width: element.clientWidth, height: latest.current.height });
      }
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      onReady?.(undefined);
      made.destroy();
      chart.current = undefined;
    };
  }, [options, onReady]);

  useEffect(() => {
    chart.current?.setData(data);
  }, [data]);

  return <div ref={place} style={{ height, overflow: 'hidden' }} />;
}
