// SPDX-License-Identifier: Apache-2.0
//
// A host for the views inside a panel: their state is in memory, because the address belongs to the dashboard; links lead
// to the app's pages, or for traces of other data sources to Explore; time and zone are the dashboard's.
import { locationUtil } from '@grafana/data';
import type { TimeRange } from '@grafana/data';
import { getDataSourceSrv, locationService } from '@grafana/runtime';
import { browserSettings, usePanelHost } from '@tracewell/views';
import type { Host } from '@tracewell/views';
import { useCallback, useMemo } from 'react';
import { datasourceId } from '../model/plugin-ids.ts';
import { appPath } from './app-location.ts';
import type { AppPage, AppParams } from './app-location.ts';
import { mayExplore } from './grafana-span-links.ts';
import { createLayoutWorker } from './layout-worker.ts';

/** The data source that a panel's frames came from; undefined if it is gone, mixed or not to be told (in Explore). */
export interface PanelSource {
  readonly uid: string;
  readonly type: string;
}

interface PanelHostProps {
  readonly timeRange: TimeRange;
  readonly timeZone: string;
  readonly source: PanelSource | undefined;
  readonly spanLinks?: Host['spanLinks'];
  /** State to begin with, as in the address of the app's page. */
  readonly initial?: Readonly<Record<string, string>>;
}

/** The data source of a panel's queries; the first one's, where they are mixed. */
export function sourceOfPanel(
  targets: readonly { readonly datasource?: { readonly uid?: string } | null }[] | undefined
): PanelSource | undefined {
  const uid = targets?.find(({ datasource }) => datasource?.uid !== undefined)?.datasource?.uid;
  const found = uid === undefined ? undefined : getDataSourceSrv().getInstanceSettings(uid);
  return found === undefined ? undefined : { uid: found.uid, type: found.type };
}

/** Where a page's link leads: ours know their own data, others' traces are found by whoever sent them. */
export function panelPath(
  source: PanelSource | undefined,
  range: { readonly from: string; readonly to: string },
  page: AppPage,
  params: AppParams
): string {
  const { id } = params;
  if (page === 'trace' && id !== undefined && source !== undefined && source.type !== datasourceId && mayExplore()) {
    const query = {
      refId: 'A',
      datasource: source,
      query: id,
      queryType: source.type === 'tempo' ? 'traceql' : undefined,
    };
    const panes = { trace: { datasource: source.uid, queries: [query], range } };
    return `/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify(panes))}`;
  }
  return appPath(page, {
    ...range,
    ...params,
    ...(source?.type === datasourceId ? { ds: source.uid } : {}),
  });
}

/** The host of one panel; lives as long as the component. */
export function useHostOfPanel({ timeRange, timeZone, source, spanLinks, initial }: PanelHostProps): Host {
  const from = timeRange.from.valueOf();
  const to = timeRange.to.valueOf();
  const range = useMemo(() => ({ from, to }), [from, to]);
  const rawFrom = rawText(timeRange.raw.from);
  const rawTo = rawText(timeRange.raw.to);
  const uid = source?.uid;
  const type = source?.type;
  const href = useCallback<Host['navigation']['href']>(
    (page, params = {}) =>
      locationUtil.assureBaseUrl(
        panelPath(
          uid === undefined || type === undefined ? undefined : { uid, type },
          { from: rawFrom, to: rawTo },
          page,
          params
        )
      ),
    [uid, type, rawFrom, rawTo]
  );
  return usePanelHost({
    range,
    timeZone,
    href,
    open,
    spanLinks,
    createLayoutWorker,
    settings: browserSettings,
    initial,
  });
}

function rawText(raw: TimeRange['raw']['from']): string {
  return typeof raw === 'string' ? raw : String(raw.valueOf());
}

function open(address: string): void {
  locationService.push(locationUtil.stripBaseFromUrl(address));
}
