// SPDX-License-Identifier: Apache-2.0
//
// Names and values of tags, for variables and ad hoc filters.
import { dateTime } from '@grafana/data';
import type { MetricFindValue, TimeRange as GrafanaTimeRange } from '@grafana/data';
import { quoteName } from '@tracewell/views';
import type { HostData, TimeRange } from '@tracewell/views';

/** The range to ask with; the last hour where Grafana gives none, as a dashboard that has none yet. */
export function rangeOf(range: GrafanaTimeRange | undefined): TimeRange {
  const to = range?.to ?? dateTime();
  return { from: range?.from.valueOf() ?? to.valueOf() - 3_600_000, to: to.valueOf() };
}

/** Names as TraceQL writes them: with their scope, the intrinsics without. */
export async function findTagNames(data: HostData, range: GrafanaTimeRange | undefined): Promise<MetricFindValue[]> {
  const scopes = await data.tagNames(rangeOf(range), new AbortController().signal);
  return scopes
    .flatMap(({ scope, tags }) => tags.map((tag) => (scope === 'intrinsic' ? tag : `${scope}.${quoteName(tag)}`)))
    .map((text) => ({ text, value: text }));
}

/** Values of the TraceQL identifier `tag` among the spans that match `query` ('' for all). */
export async function findTagValues(
  data: HostData,
  tag: string,
  query: string,
  range: GrafanaTimeRange | undefined
): Promise<MetricFindValue[]> {
  if (tag.trim() === '') {
    return [];
  }
  const values = await data.tagValues(
    { tag, ...(query === '' ? {} : { query }), range: rangeOf(range) },
    new AbortController().signal
  );
  return [...new Set(values.map(({ value }) => value))].map((text) => ({ text, value: text }));
}
