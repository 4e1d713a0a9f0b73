// SPDX-License-Identifier: Apache-2.0
//
// The views' host port over the address bar, the store's HTTP API and the browser's storage.
import { createHostData } from '@tracewell/client';
import { browserSettings as settings, rangeOfParams, resolveRange } from '@tracewell/views';
import type { Host, RawTimeRange } from '@tracewell/views';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { createFetchTransport } from './fetch-transport.ts';
import { changeParams, formatLocation, parseLocation } from './location.ts';
import type { ConsoleLocation } from './location.ts';
import { basePath } from './public-path.ts';

const data = createHostData(createFetchTransport(basePath));

/** The build writes the worker's name into the page. */
function createLayoutWorker(): Worker {
  const name = document.querySelector<HTMLMetaElement>('meta[name="tracewell-layout-worker"]')?.content;
  if (name === undefined) {
    throw new Error('index.html does not name the layout worker');
  }
  return new Worker(new URL(name, document.baseURI));
}

function currentLocation(): ConsoleLocation {
  return parseLocation(basePath, window.location.pathname, window.location.search);
}

/** 'browser', 'utc' or an IANA name, as Grafana's picker has them. */
function storedTimeZone(): string {
  const stored = settings.get('timeZone');
  return typeof stored === 'string' && stored !== '' ? stored : 'browser';
}

/** The host and the page that the address names; both follow the address. */
export function useConsoleHost(): {
  host: Host;
  location: ConsoleLocation;
  setTimeZone: (timeZone: string) => void;
} {
  const [location, setLocation] = useState(currentLocation);
  const [refreshes, setRefreshes] = useState(0);
  const [timeZone, setZone] = useState(storedTimeZone);
  const setTimeZone = useCallback((next: string) => {
    settings.set('timeZone', next);
    setZone(next);
  }, []);

  const follow = useCallback((address: string, replace: boolean) => {
    window.history[replace ? 'replaceState' : 'pushState'](null, '', address);
    setLocation(currentLocation());
  }, []);

  useEffect(() => {
    const onPopState = () => setLocation(currentLocation());
    window.addEventListener('popstate', onPopState);
    return () => window.removeEventListener('popstate', onPopState);
  }, []);

  useFollowLinks(follow);

  const raw = useMemo(() => rangeOfParams(location.params), [location]);
  // Resolved when the range is set or refreshed, and not at each render: everything on the page shows one moment.
  const asked = useMemo(() => ({ from: raw.from, to: raw.to, refreshes }), [raw.from, raw.to, refreshes]);
  const range = useMemo(() => resolveRange(asked), [asked]);

  const host = useMemo((): Host => {
    const go = (
      page: ConsoleLocation['page'],
      params: Readonly<Record<string, string | undefined>>,
      replace: boolean
    ) => follow(formatLocation(basePath, page, params, currentLocation().params), replace);
    return {
      data,
      settings,
      createLayoutWorker,
      hasTimePicker: true,
      navigation: {
        params: location.params,
        setParams: (changes, options) => {
          const now = currentLocation();
          const keep = now.page === 'trace' ? { id: now.params.get('id') ?? undefined } : {};
          go(now.page, { ...keep, ...changeParams(now.params, changes) }, options?.replace ?? false);
        },
        href: (page, params = {}) => formatLocation(basePath, page, params, location.params),
        go: (page, params = {}) => go(page, params, false),
      },
      time: {
        raw,
        range,
        timeZone,
        set: (next: RawTimeRange) => {
          const now = currentLocation();
          go(now.page, changeParams(now.params, { from: next.from, to: next.to }), false);
        },
        refresh: () => setRefreshes((count) => count + 1),
      },
    };
  }, [follow, location, range, raw, timeZone]);

  return { host, location, setTimeZone };
}

/** A plain click on a link within the console does not load the page anew; a click with a modifier does what browsers do. */
function useFollowLinks(follow: (address: string, replace: boolean) => void): void {
  useEffect(() => {
    const onClick = (event: MouseEvent) => {
      if (
        event.defaultPrevented ||
        event.button !== 0 ||
        event.metaKey ||
        event.ctrlKey ||
        event.shiftKey ||
        event.altKey
      ) {
        return;
      }
      const link = event.target instanceof Element ? event.target.closest('a') : null;
      if (
        link === null ||
        link.target === '_blank' ||
        link.hasAttribute('download') ||
        link.getAttribute('href') === null
      ) {
        return;
      }
      const address = new URL(link.href);
      if (address.origin !== window.location.origin || !address.pathname.startsWith(basePath)) {
        return;
      }
      const rest = address.pathname.slice(basePath.length).split('/')[0];
      if (rest !== '' && rest !== 'search' && rest !== 'trace' && rest !== 'services') {
        return;
      }
      event.preventDefault();
      follow(address.pathname + address.search, false);
    };
    document.addEventListener('click', onClick);
    return () => document.removeEventListener('click', onClick);
  }, [follow]);
}
