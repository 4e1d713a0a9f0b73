// SPDX-License-Identifier: Apache-2.0
//
// What is stored with the data source. The names and shapes of the trace links are Grafana's own: its trace view reads
// them from the settings of whatever data source a trace came from.
import type { DataSourceJsonData } from '@grafana/data';

export interface TagMapping {
  readonly key: string;
  /** The label's name; the tag's own where empty. */
  readonly value?: string;
}

export interface TraceToLogs {
  datasourceUid?: string;
  tags?: TagMapping[];
  spanStartTimeShift?: string;
  spanEndTimeShift?: string;
  filterByTraceID?: boolean;
  filterBySpanID?: boolean;
  customQuery?: boolean;
  query?: string;
}

export interface TraceToMetrics {
  datasourceUid?: string;
  tags?: TagMapping[];
  queries?: { name?: string; query?: string }[];
  spanStartTimeShift?: string;
  spanEndTimeShift?: string;
}

export interface TracewellSettings extends DataSourceJsonData {
  tracesToLogsV2?: TraceToLogs;
  tracesToMetrics?: TraceToMetrics;
  spanBar?: { type: 'None' | 'Duration' | 'Tag'; tag?: string };
  /** Node graph beside the trace in Explore. */
  nodeGraph?: { enabled?: boolean };
  /** Our own waterfall below Grafana's trace view in Explore. */
  explorePanel?: boolean;
}
