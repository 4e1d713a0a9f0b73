// SPDX-License-Identifier: Apache-2.0
//
// The view that the address names, over the chosen data source.
import { Alert, LoadingPlaceholder } from '@grafana/ui';
import { SearchView, ServicesView, TraceView } from '@tracewell/views';
import type { Host } from '@tracewell/views';
import type { AppLocation } from '../host/app-location.ts';
import { useOpenDatasource } from './app-datasource.ts';
import type { OpenDatasource, TracewellInstance } from './app-datasource.ts';
import { AppPage } from './AppPage.tsx';
import { Toolbar } from './Toolbar.tsx';
import { useAppHost } from './use-app-host.ts';

interface Props {
  readonly location: AppLocation;
  readonly time: Host['time'];
  readonly datasource: TracewellInstance;
  readonly known: readonly TracewellInstance[];
}

export function Pages({ location, time, datasource, known }: Props) {
  const state = useOpenDatasource(datasource);
  return (
    <AppPage
      location={location}
      tools={<Toolbar location={location} time={time} datasource={datasource} several={known.length > 1} />}
    >
      {state.kind === 'loading' && <LoadingPlaceholder text="Loading the data source" />}
      {state.kind === 'failed' && (
        <Alert severity="error" title={`The data source "${datasource.name}" cannot be used`}>
          {state.error.message}
        </Alert>
      )}
      {state.kind === 'open' && (
        <View key={state.datasource.uid} location={location} time={time} datasource={state.datasource} />
      )}
    </AppPage>
  );
}

interface ViewProps {
  readonly location: AppLocation;
  readonly time: Host['time'];
  readonly datasource: OpenDatasource;
}

function View({ location, time, datasource }: ViewProps) {
  const host = useAppHost(location, time, datasource);
  switch (location.page) {
    case 'search':
      return <SearchView host={host} />;
    case 'trace':
      return <TraceView host={host} traceId={location.params.get('id') ?? ''} />;
    case 'services':
      return <ServicesView host={host} />;
  }
}
