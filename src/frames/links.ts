// SPDX-License-Identifier: Apache-2.0
//
// Links in frames that lead back to the data source which they came from: in Explore to a second pane, elsewhere to Explore.
import type { DataLink } from '@grafana/data';
import type { TracewellQuery } from '../model/query.ts';

/** Where a frame's links lead. */
export interface LinkTarget {
  readonly datasourceUid: string;
  readonly datasourceName: string;
}

/** A link to the answer of `query`, in which Grafana replaces variables like `${__value.raw}`. `spanId` puts a span in focus. */
export function toQueryLink(
  target: LinkTarget,
  title: string,
  query: Omit<TracewellQuery, 'refId'>,
  spanId?: string
): DataLink<TracewellQuery> {
  return {
    title,
    url: '',
    internal: {
      query: { refId: 'A', ...query },
      datasourceUid: target.datasourceUid,
      datasourceName: target.datasourceName,
      ...(spanId === undefined ? {} : { panelsState: { trace: { spanId } } }),
    },
  };
}
