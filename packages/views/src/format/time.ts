// SPDX-License-Identifier: Apache-2.0
//
// Points in time for people, in the zone of the host ('browser', 'utc' or an IANA name, as in HostTime.timeZone):
// 24 hours, ISO order, milliseconds. Nanoseconds are shown where they are asked for (hover), in UTC.

const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    const zone = timeZone === 'browser' || timeZone === '' ? undefined : timeZone === 'utc' ? 'UTC' : timeZone;
    const options: Intl.DateTimeFormatOptions = {
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
      hourCycle: 'h23',
    };
    try {
      format = new Intl.DateTimeFormat('en-GB', { ...options, ...(zone === undefined ? {} : { timeZone: zone }) });
    } catch {
      // A zone that this browser does not know: its own is better than no time at all.
      format = new Intl.DateTimeFormat('en-GB', options);
    }
    formats.set(timeZone, format);
  }
  return format;
}

function toMillis(time: number | bigint): number {
  return typeof time === 'bigint' ? Number(time / 1_000_000n) : time;
}

function partsOf(time: number | bigint, timeZone: string): Map<string, string> {
  const millis = toMillis(time);
  const parts = new Map<string, string>();
  for (const part of formatFor(timeZone).formatToParts(millis)) parts.set(part.type, part.value);
  return parts;
}

/** Time of day, `12:04:31.120`. `time` is nanoseconds since 1970 as bigint, or milliseconds as number. */
export function formatTimeOfDay(time: number | bigint, timeZone: string): string {
  const p = partsOf(time, timeZone);
  return `${p.get('hour')}:${p.get('minute')}:${p.get('second')}.${p.get('fractionalSecond')}`;
}

/** Date and time, `2026-11-21 12:04:31.120`. `time` as in {@link formatTimeOfDay}. */
export function formatDateTime(time: number | bigint, timeZone: string): string {
  const p = partsOf(time, timeZone);
  return `${p.get('year')}-${p.get('month')}-${p.get('day')} ${formatTimeOfDay(time, timeZone)}`;
}

/** Time of day if it is the same day as `now` (milliseconds) in the zone, date and time otherwise. */
export function formatTime(time: number | bigint, timeZone: string, now: number): string {
  const full = formatDateTime(time, timeZone);
  return full.slice(0, 10) === formatDateTime(now, timeZone).slice(0, 10) ? full.slice(11) : full;
}

/** UTC with all nanoseconds, `2026-11-21T12:04:31.120000017Z`; for hovering and copying. */
export function formatUtcNanos(unixNano: bigint): string {
  const seconds = unixNano / 1_000_000_000n;
  const fraction = (unixNano % 1_000_000_000n).toString().padStart(9, '0');
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, -5)}.${fraction}Z`;
}

/** What a tooltip of a time says: UTC and the nanoseconds since 1970. */
export function timeTooltip(unixNano: bigint): string {
  return `${formatUtcNanos(unixNano)} (${unixNano.toString()} ns)`;
}

const steps: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

/** Distance from now, `3 min ago`, `in 2 h`, `just now`; both in milliseconds since 1970. */
export function formatRelative(time: number | bigint, now: number): string {
  const distance = now - toMillis(time);
  const size = Math.abs(distance);
  if (size < 1000) return 'just now';
  const [millis, unit] = steps.find(([step]) => size >= step) ?? [1000, 's'];
  const text = `${Math.floor(size / millis).toLocaleString('en-US')} ${unit}`;
  return distance > 0 ? `${text} ago` : `in ${text}`;
}

/** How the zone is called beside a time: 'UTC', 'Europe/Berlin', or the browser's zone by name. */
export function zoneName(timeZone: string): string {
  if (timeZone === 'utc') return 'UTC';
  return formatFor(timeZone).resolvedOptions().timeZone;
}
