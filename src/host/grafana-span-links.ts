// SPDX-License-Identifier: Apache-2.0
//
// Span links (`span-links.ts`) with what Grafana knows: its data sources, the organisation, the sub-path, and whether
// this person may use Explore at all.
import { locationUtil } from '@grafana/data';
import type { DataSourceJsonData } from '@grafana/data';
import { config, getDataSourceSrv } from '@grafana/runtime';
import type { Host } from '@tracewell/views';
import { spanLinks } from './span-links.ts';
import type { SpanLinkSettings, SpanLinkTargets } from './span-links.ts';

/** Whether this person may open Explore; on installations without permissions in the page, everybody may who sees a link. */
export function mayExplore(): boolean {
  const permissions = config.bootData.user.permissions;
  return permissions === undefined || permissions['datasources:explore'] === true;
}

/** Settings of the data source with this uid; undefined if it is gone or not this person's to see. */
export function datasourceSettings(uid: string): (DataSourceJsonData & SpanLinkSettings) | undefined {
  return getDataSourceSrv().getInstanceSettings(uid)?.jsonData;
}

/**
 * The host's `spanLinks` for traces of a data source with these settings; undefined if there can be none. Works for any
 * data source whose settings have Grafana's names, Tempo's for one.
 */
export function grafanaSpanLinks(settings: SpanLinkSettings | undefined): Host['spanLinks'] {
  if (settings === undefined || (!settings.tracesToLogsV2 && !settings.tracesToMetrics) || !mayExplore()) {
    return undefined;
  }
  const targets: SpanLinkTargets = {
    datasource: (uid) => (uid === '' ? undefined : getDataSourceSrv().getInstanceSettings(uid)),
    orgId: config.bootData.user.orgId,
    toAddress: (path) => locationUtil.assureBaseUrl(path),
  };
  return (trace, index) => spanLinks(settings, trace, index, targets);
}
