// SPDX-License-Identifier: Apache-2.0
//
// What of the trace view is in the address: kept here for quick reaction, written to the host's navigation with a
// short delay (one step of Back for a walk with the arrow keys or a turn of the wheel), and taken from there when
// somebody else changes it (Back, a link). The view never reads the address in any other way.

import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { HostNavigation } from '../../host.ts';

export const stateKeys = ['span', 'q', 'zoom', 'fold', 'tab', 'critical', 'matches', 'clock'] as const;
export type StateKey = (typeof stateKeys)[number];
export type UrlValues = Readonly<Partial<Record<StateKey, string>>>;
export type UrlPatch = Readonly<Partial<Record<StateKey, string | undefined>>>;

export interface SetOptions {
  /** Do not make a step for Back; for what is typed. */
  readonly replace?: boolean;
}

const WRITE_DELAY_MS = 300;

function readValues(params: URLSearchParams): UrlValues {
  const values: Partial<Record<StateKey, string>> = {};
  for (const key of stateKeys) {
    const value = params.get(key);
    if (value !== null && value !== '') values[key] = value;
  }
  return values;
}

function sameValues(a: UrlValues, b: UrlValues): boolean {
  return stateKeys.every((key) => a[key] === b[key]);
}

/** The values, and a function that changes some of them (undefined removes). The function's identity is stable. */
export function useUrlState(
  navigation: HostNavigation
): readonly [UrlValues, (patch: UrlPatch, options?: SetOptions) => void] {
  const fromHost = useMemo(() => readValues(navigation.params), [navigation.params]);
  const [values, setValues] = useState(fromHost);
  const written = useRef(fromHost);
  const pending = useRef<{ timer: ReturnType<typeof setTimeout>; push: boolean } | undefined>(undefined);
  const latest = useRef({ navigation, values });
  latest.current.navigation = navigation;

  useEffect(() => {
    if (sameValues(fromHost, written.current)) return;
    written.current = fromHost;
    if (pending.current !== undefined) clearTimeout(pending.current.timer);
    pending.current = undefined;
    latest.current.values = fromHost;
    setValues(fromHost);
  }, [fromHost]);

  const flush = useCallback(() => {
    const due = pending.current;
    if (due === undefined) return;
    clearTimeout(due.timer);
    pending.current = undefined;
    const next = latest.current.values;
    if (sameValues(next, written.current)) return;
    written.current = next;
    const params: Record<string, string | undefined> = {};
    for (const key of stateKeys) params[key] = next[key];
    latest.current.navigation.setParams(params, { replace: !due.push });
  }, []);

  useEffect(
    () => () => {
      if (pending.current !== undefined) clearTimeout(pending.current.timer);
    },
    []
  );

  const set = useCallback(
    (patch: UrlPatch, options: SetOptions = {}) => {
      const next: Partial<Record<StateKey, string>> = { ...latest.current.values };
      for (const key of stateKeys) {
        if (!(key in patch)) continue;
        const value = patch[key];
        if (value === undefined || value === '') delete next[key];
        else next[key] = value;
      }
      if (sameValues(next, latest.current.values)) return;
      latest.current.values = next;
      setValues(next);
      const push = options.replace !== true || pending.current?.push === true;
      if (pending.current !== undefined) clearTimeout(pending.current.timer);
      pending.current = { push, timer: setTimeout(flush, WRITE_DELAY_MS) };
    },
    [flush]
  );
  return [values, set];
}
