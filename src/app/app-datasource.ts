// SPDX-License-Identifier: Apache-2.0
//
// Our data sources as Grafana has them, and the views' data port of one.
import type { DataSourceApi, DataSourceInstanceSettings } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import type { HostData } from '@tracewell/views';
import { useEffect, useState } from 'react';
import type { SpanLinkSettings } from '../host/span-links.ts';
import { datasourceId } from '../model/plugin-ids.ts';
import type { TracewellSettings } from '../model/settings.ts';

export type TracewellInstance = DataSourceInstanceSettings<TracewellSettings>;

/** Those that this person may query, by name. */
export function knownDatasources(): TracewellInstance[] {
  return getDataSourceSrv().getList({ pluginId: datasourceId });
}

function hasHostData(instance: DataSourceApi): instance is DataSourceApi & { readonly hostData: HostData } {
  return 'hostData' in instance && typeof instance.hostData === 'object' && instance.hostData !== null;
}

/** The data port of a data source's instance; undefined if it is none of ours. */
export function hostDataOf(instance: DataSourceApi): HostData | undefined {
  return hasHostData(instance) ? instance.hostData : undefined;
}

export interface OpenDatasource {
  readonly uid: string;
  readonly data: HostData;
  readonly links: SpanLinkSettings;
}

export type DatasourceState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'open'; readonly datasource: OpenDatasource };

async function open(settings: TracewellInstance): Promise<OpenDatasource> {
  const instance = await getDataSourceSrv().get(settings.uid);
  const data = hostDataOf(instance);
  if (data === undefined) {
    throw new Error(
      `expected the data source "${settings.name}" to be Tracewell's, of this version; found ${instance.type}. Reload the page, or install the plugin again.`
    );
  }
  return { uid: settings.uid, data, links: settings.jsonData };
}

/** The data source's instance, which Grafana loads with its plugin. */
export function useOpenDatasource(settings: TracewellInstance): DatasourceState {
  const [state, setState] = useState<DatasourceState>({ kind: 'loading' });
  useEffect(() => {
    let current = true;
    const set = (next: DatasourceState) => {
      if (current) setState(next);
    };
    open(settings).then(
      (datasource) => set({ kind: 'open', datasource }),
      (error: unknown) =>
        set({ kind: 'failed', error: error instanceof Error ? error : new Error('it could not be loaded') })
    );
    return () => {
      current = false;
    };
  }, [settings]);
  return state.kind === 'open' && state.datasource.uid !== settings.uid ? { kind: 'loading' } : state;
}
