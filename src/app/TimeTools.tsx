// SPDX-License-Identifier: Apache-2.0
//
// Grafana's time range picker and refresh picker over the address's `from`, `to`, `timezone` and `refresh`.
import { rangeUtil } from '@grafana/data';
import { RefreshPicker, TimeRangePicker } from '@grafana/ui';
import { fromGrafanaRange, moveRange, toGrafanaRange } from '@tracewell/views';
import type { Host } from '@tracewell/views';
import { useEffect } from 'react';
import { setParams } from './use-app-host.ts';

interface Props {
  readonly time: Host['time'];
  /** `5s`, `1m` and the like; '' is off. */
  readonly interval: string;
}

const leastIntervalMs = 5000;

/** The interval in milliseconds; undefined for off and for what is none. */
function intervalMs(interval: string): number | undefined {
  try {
    return interval === '' ? undefined : Math.max(leastIntervalMs, rangeUtil.intervalToMs(interval));
  } catch {
    return undefined;
  }
}

export function TimeTools({ time, interval }: Props) {
  const { raw, range, timeZone, refresh } = time;
  const every = intervalMs(interval);
  useEffect(() => {
    if (every === undefined) {
      return undefined;
    }
    const timer = setInterval(() => {
      // Nobody looks at a hidden page; it is refreshed at its next turn.
      if (document.visibilityState === 'visible') refresh();
    }, every);
    return () => clearInterval(timer);
  }, [every, refresh]);
  return (
    <>
      <TimeRangePicker
        value={toGrafanaRange(raw, range)}
        timeZone={timeZone}
        isOnCanvas
        onChange={(next) => time.set(fromGrafanaRange(next.raw))}
        onChangeTimeZone={(zone) => setParams({ timezone: zone })}
        onMoveBackward={() => time.set(moveRange(range, -0.5))}
        onMoveForward={() => time.set(moveRange(range, 0.5))}
        onZoom={() => time.set(moveRange(range, 0.5, true))}
      />
      <RefreshPicker
        value={every === undefined ? '' : interval}
        isOnCanvas
        tooltip="Refresh"
        onRefresh={refresh}
        onIntervalChanged={(next) => setParams({ refresh: next }, { replace: true })}
      />
    </>
  );
}
