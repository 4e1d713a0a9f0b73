// SPDX-License-Identifier: Apache-2.0
//
// The queries that were run, newest first, kept by the host from visit to visit.
import type { HostSettings } from '../host.ts';

const key = 'queries';
const most = 50;

/** The queries that were run, newest first, none of them twice. */
export function queriesOf(settings: HostSettings): readonly string[] {
  const kept = settings.get(key);
  return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === 'string').slice(0, most) : [];
}

/** Keeps a query that was run; an empty one is nothing to come back to. */
export function rememberQuery(settings: HostSettings, query: string): void {
  const text = query.trim();
  if (text !== '') {
    settings.set(key, [text, ...queriesOf(settings).filter((one) => one !== text)].slice(0, most));
  }
}
