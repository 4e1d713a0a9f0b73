// SPDX-License-Identifier: Apache-2.0
//
// The time range in a host's address, in Grafana's form: `from` and `to` relative (`now-1h`, `now/d`), as milliseconds, or as ISO
// dates. What a day is depends on the time zone; without one it is the browser's.
import { dateMath, dateTime, rangeUtil } from '@grafana/data';
import type { DateTime, TimeRange as GrafanaTimeRange } from '@grafana/data';
import type { RawTimeRange, TimeRange } from '../host.ts';

const defaultRange: RawTimeRange = { from: 'now-1h', to: 'now' };

function parseEnd(text: string, timeZone: string | undefined, roundUp: boolean): DateTime | undefined {
  if (/^\d{1,16}$/.test(text)) {
    return dateTime(Number(text));
  }
  const time = dateMath.toDateTime(text, { roundUp, timezone: timeZone });
  return time?.isValid() === true ? time : undefined;
}

/** The range in the address, or the default where it is missing or makes no sense. */
export function rangeOfParams(params: URLSearchParams, timeZone?: string): RawTimeRange {
  const from = params.get('from') ?? defaultRange.from;
  const to = params.get('to') ?? defaultRange.to;
  const start = parseEnd(from, timeZone, false);
  const end = parseEnd(to, timeZone, true);
  return start === undefined || end === undefined || start.valueOf() >= end.valueOf() ? defaultRange : { from, to };
}

/** `raw` against the clock: milliseconds since 1970. */
export function resolveRange(raw: RawTimeRange, timeZone?: string): TimeRange {
  return {
    from: parseEnd(raw.from, timeZone, false)?.valueOf() ?? 0,
    to: parseEnd(raw.to, timeZone, true)?.valueOf() ?? 0,
  };
}

/** The same for Grafana's picker. */
export function toGrafanaRange(raw: RawTimeRange, range: TimeRange): GrafanaTimeRange {
  const from = dateTime(range.from);
  const to = dateTime(range.to);
  return { from, to, raw: rangeUtil.isRelativeTimeRange(raw) ? { from: raw.from, to: raw.to } : { from, to } };
}

/** What Grafana's picker, its panels and Explore give, for the address. */
export function fromGrafanaRange(raw: GrafanaTimeRange['raw']): RawTimeRange {
  const text = (end: string | DateTime) => (typeof end === 'string' ? end : String(end.valueOf()));
  return { from: text(raw.from), to: text(raw.to) };
}

/** `range` moved by a share of its length, or, with `zoom`, made that much longer at both ends. */
export function moveRange(range: TimeRange, share: number, zoom = false): RawTimeRange {
  const by = (range.to - range.from) * share;
  return { from: String(Math.round(range.from + (zoom ? -by : by))), to: String(Math.round(range.to + by)) };
}
