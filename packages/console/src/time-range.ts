// SPDX-License-Identifier: Apache-2.0
//
// The time range in the address: `from` and `to` as Grafana writes them, relative (`now-1h`) or as milliseconds.
import { dateMath, dateTime, rangeUtil } from '@grafana/data';
import type { DateTime, TimeRange as GrafanaTimeRange } from '@grafana/data';
import type { RawTimeRange, TimeRange } from '@tracewell/views';

export const defaultRange: RawTimeRange = { from: 'now-1h', to: 'now' };

/** The range in the address, or the default where it is missing or makes no sense. */
export function rangeOfParams(params: URLSearchParams): RawTimeRange {
  const from = params.get('from') ?? defaultRange.from;
  const to = params.get('to') ?? defaultRange.to;
  const start = parseEnd(from, false);
  const end = parseEnd(to, true);
  return start === undefined || end === undefined || start.valueOf() >= end.valueOf() ? defaultRange : { from, to };
}

/** `raw` against the clock: milliseconds since 1970. */
export function resolveRange(raw: RawTimeRange): TimeRange {
  return { from: parseEnd(raw.from, false)?.valueOf() ?? 0, to: parseEnd(raw.to, true)?.valueOf() ?? 0 };
}

/** The same for Grafana's picker. */
export function toGrafanaRange(raw: RawTimeRange, range: TimeRange): GrafanaTimeRange {
  const relative = rangeUtil.isRelativeTimeRange(raw);
  const from = dateTime(range.from);
  const to = dateTime(range.to);
  return { from, to, raw: relative ? { from: raw.from, to: raw.to } : { from, to } };
}

/** What the picker answers, for the address. */
export function fromGrafanaRange(range: GrafanaTimeRange): RawTimeRange {
  const text = (end: string | DateTime) => (typeof end === 'string' ? end : String(end.valueOf()));
  return { from: text(range.raw.from), to: text(range.raw.to) };
}

function parseEnd(text: string, roundUp: boolean): DateTime | undefined {
  if (/^\d{1,16}$/.test(text)) {
    return dateTime(Number(text));
  }
  const time = dateMath.toDateTime(text, { roundUp });
  return time?.isValid() === true ? time : undefined;
}
