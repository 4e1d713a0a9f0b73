// SPDX-License-Identifier: Apache-2.0
//
// The views' host port in Grafana: its address bar, its links, the user's time zone, the data source's data.
import { getTimeZone, locationUtil } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { browserSettings, rangeOfParams, resolveRange } from '@tracewell/views';
import type { Host } from '@tracewell/views';
import { useCallback, useMemo, useState } from 'react';
import { appPath, changeParams, parseAppLocation } from '../host/app-location.ts';
import type { AppLocation, AppParams } from '../host/app-location.ts';
import { grafanaSpanLinks } from '../host/grafana-span-links.ts';
import { createLayoutWorker } from '../host/layout-worker.ts';
import type { OpenDatasource } from './app-datasource.ts';

/** Grafana's path, without its sub-path. */
function currentPath(): string {
  return locationUtil.stripBaseFromUrl(window.location.pathname);
}

/** Where Grafana is now; at the time of a click that may be further than what is on screen. */
function currentLocation(): AppLocation {
  return parseAppLocation(currentPath(), locationService.getSearch().toString());
}

/** Changes parameters of the page in the address bar. */
export function setParams(changes: AppParams, { replace = false }: { replace?: boolean } = {}): void {
  const current = locationService.getSearch();
  const search = changeParams(current, changes).toString();
  if (search !== current.toString()) {
    locationService[replace ? 'replace' : 'push']({ pathname: currentPath(), search });
  }
}

/** The time that the page shows: from the address, resolved when it was last set or refreshed. */
export function useAppTime(params: URLSearchParams): Host['time'] {
  const [refreshes, setRefreshes] = useState(0);
  const refresh = useCallback(() => setRefreshes((count) => count + 1), []);
  const timeZone = params.get('timezone') ?? (getTimeZone() || 'browser');
  const { from, to } = rangeOfParams(params, timeZone);
  // Not at each render: everything on the page shows one moment.
  const moment = useMemo(
    () => ({ refreshes, range: resolveRange({ from, to }, timeZone) }),
    [from, to, timeZone, refreshes]
  );
  return useMemo(
    () => ({
      raw: { from, to },
      range: moment.range,
      timeZone,
      set: (raw) => setParams({ from: raw.from, to: raw.to }),
      refresh,
    }),
    [from, to, moment, timeZone, refresh]
  );
}

/** The host of the page at `location`, with the data of `datasource`. */
export function useAppHost(location: AppLocation, time: Host['time'], datasource: OpenDatasource): Host {
  const spanLinks = useMemo(() => grafanaSpanLinks(datasource.links), [datasource.links]);
  return useMemo(
    () => ({
      data: datasource.data,
      settings: browserSettings,
      time,
      createLayoutWorker,
      hasTimePicker: true,
      ...(spanLinks === undefined ? {} : { spanLinks }),
      navigation: {
        params: location.params,
        setParams,
        href: (page, params = {}) => locationUtil.assureBaseUrl(appPath(page, params, location.params)),
        go: (page, params = {}) => locationService.push(appPath(page, params, currentLocation().params)),
      },
    }),
    [datasource.data, location.params, time, spanLinks]
  );
}
