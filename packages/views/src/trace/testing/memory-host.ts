// SPDX-License-Identifier: Apache-2.0
//
// A host without store or address bar: traces from memory, parameters in memory. For the harness page.

import { HostError, type Host, type HostData, type TraceData } from '../../host.ts';

function notHere(): Promise<never> {
  return Promise.reject(
    new HostError('unsupported', 'expected only traces to be asked for: this host has nothing else')
  );
}

/** The data part; `load` answers for `trace`. */
export function memoryData(load: (traceId: string, signal: AbortSignal) => Promise<TraceData | undefined>): HostData {
  return {
    capabilities: () => Promise.resolve({ features: new Set(), retentionMs: 7 * 86_400_000 }),
    search: notHere,
    trace: load,
    red: notHere,
    serviceGraph: notHere,
    metrics: notHere,
    explain: notHere,
    tagNames: notHere,
    tagValues: notHere,
  };
}

/** A host over parameters that the caller keeps. */
export function memoryHost(
  data: HostData,
  params: URLSearchParams,
  onParams: (next: URLSearchParams, replace: boolean) => void
): Host {
  const settings = new Map<string, unknown>();
  return {
    data,
    navigation: {
      params,
      setParams: (changes, options) => {
        const next = new URLSearchParams(params);
        for (const [key, value] of Object.entries(changes)) {
          if (value === undefined) next.delete(key);
          else next.set(key, value);
        }
        onParams(next, options?.replace ?? false);
      },
      href: (page, query = {}) =>
        `#/${page}?${new URLSearchParams(Object.entries(query).map(([k, v]) => [k, v ?? '']))}`,
      go: () => undefined,
    },
    time: {
      raw: { from: 'now-1h', to: 'now' },
      range: { from: Date.now() - 3_600_000, to: Date.now() },
      set: () => undefined,
      refresh: () => undefined,
      timeZone: 'utc',
    },
    settings: { get: (key) => settings.get(key), set: (key, value) => void settings.set(key, value) },
    spanLinks: (trace, index) => [
      { title: 'Logs of this span', href: `#logs/${trace.traceId}/${trace.spanIds[index]}`, icon: 'logs' },
    ],
    hasTimePicker: true,
  };
}
