// SPDX-License-Identifier: Apache-2.0
//
// A host for views that stand in somebody else's page, as a panel does: what is selected, zoomed and filtered is kept in
// memory, because the address belongs to the page around.

import { useCallback, useMemo, useRef, useState } from 'react';
import {
  HostError,
  type Host,
  type HostData,
  type HostNavigation,
  type HostSettings,
  type TimeRange,
} from '../host.ts';

export interface PanelHostOptions {
  readonly range: TimeRange;
  /** IANA zone, 'browser' or 'utc'. */
  readonly timeZone: string;
  /** Address of a page of the app, for links to traces and searches. */
  readonly href: HostNavigation['href'];
  /** Follows such an address within the page around; a new load of the page without it. */
  readonly open?: (address: string) => void;
  /** Where the view may ask for more than it was given; it asks for nothing without. */
  readonly data?: HostData;
  readonly spanLinks?: Host['spanLinks'];
  readonly createLayoutWorker?: () => Worker;
  /** Kept in memory without. */
  readonly settings?: HostSettings;
  /** State to begin with: what is in the address of a page. */
  readonly initial?: Readonly<Record<string, string>>;
}

function nothingToAsk(): Promise<never> {
  return Promise.reject(
    new HostError('unsupported', 'expected a view that shows what it was given: this host answers no questions')
  );
}

const noData: HostData = {
  capabilities: () => Promise.resolve({ features: new Set() }),
  search: nothingToAsk,
  trace: nothingToAsk,
  red: nothingToAsk,
  serviceGraph: nothingToAsk,
  metrics: nothingToAsk,
  explain: nothingToAsk,
  tagNames: nothingToAsk,
  tagValues: nothingToAsk,
};

/** A host that lives as long as the component. Its identity changes with its state and with the options' members. */
export function usePanelHost(options: PanelHostOptions): Host {
  const { range, timeZone, href, open, data = noData, spanLinks, createLayoutWorker } = options;
  const { from, to } = range;
  const [params, setState] = useState(() => new URLSearchParams(options.initial));
  const memory = useRef(new Map<string, unknown>()).current;
  const setParams = useCallback<HostNavigation['setParams']>((changes) => {
    setState((old) => {
      const next = new URLSearchParams(old);
      for (const [key, value] of Object.entries(changes)) {
        if (value === undefined) next.delete(key);
        else next.set(key, value);
      }
      return next;
    });
  }, []);
  return useMemo(
    () => ({
      data,
      navigation: {
        params,
        setParams,
        href,
        go: (page, query) => {
          const address = href(page, query);
          if (open === undefined) window.location.assign(address);
          else open(address);
        },
      },
      time: {
        raw: { from: String(from), to: String(to) },
        range: { from, to },
        timeZone,
        set: () => undefined,
        refresh: () => undefined,
      },
      settings: options.settings ?? {
        get: (key: string) => memory.get(key),
        set: (key: string, value: unknown) => memory.set(key, value),
      },
      spanLinks,
      createLayoutWorker,
      hasTimePicker: true,
    }),
    [data, params, setParams, href, open, from, to, timeZone, spanLinks, createLayoutWorker, memory, options.settings]
  );
}
