// SPDX-License-Identifier: Apache-2.0
//
// Root of the app's pages: reads the address and chooses the data source; an address without one gets it, so that a
// copied link shows the same to the next person.
import { locationService } from '@grafana/runtime';
import { browserSettings as settings } from '@tracewell/views';
import { useEffect, useMemo, useRef } from 'react';
import { useLocation } from 'react-router';
import { appPath, isPagePath, parseAppLocation } from '../host/app-location.ts';
import { knownDatasources } from './app-datasource.ts';
import { AppPage } from './AppPage.tsx';
import { chooseDatasource } from './datasource-choice.ts';
import { MissingDatasource } from './MissingDatasource.tsx';
import { Pages } from './Pages.tsx';
import { setParams, useAppTime } from './use-app-host.ts';

const rememberedDatasource = 'datasource';

export function App() {
  const { pathname, search } = useLocation();
  const location = useMemo(() => parseAppLocation(pathname, search), [pathname, search]);
  const time = useAppTime(location.params);
  const known = knownDatasources();
  const choice = chooseDatasource(location.params.get('ds') ?? undefined, settings.get(rememberedDatasource), known);
  const chosen = choice.kind === 'chosen' ? choice.datasource.uid : undefined;
  const inAddress = choice.kind === 'chosen' && choice.inAddress;
  useEffect(() => {
    if (chosen !== undefined) {
      settings.set(rememberedDatasource, chosen);
      if (!inAddress) {
        setParams({ ds: chosen }, { replace: true });
      }
    }
  }, [chosen, inAddress]);
  useKeptRange(location.params, location.page);
  useEffect(() => {
    // The app's own address, or one that somebody mistyped: Grafana's menu and breadcrumbs know the pages only.
    if (!isPagePath(pathname)) {
      locationService.replace({ pathname: appPath('search'), search: locationService.getSearch().toString() });
    }
  }, [pathname]);

  return choice.kind === 'chosen' ? (
    <Pages location={location} time={time} datasource={choice.datasource} known={known} />
  ) : (
    <AppPage location={location}>
      <MissingDatasource choice={choice} />
    </AppPage>
  );
}

/** Grafana's menu leads to a page without a time range: the one of the page before stays. */
function useKeptRange(params: URLSearchParams, page: string): void {
  const last = useRef<{ page: string; from: string; to: string } | undefined>(undefined);
  const from = params.get('from');
  const to = params.get('to');
  useEffect(() => {
    const before = last.current;
    if (from !== null && to !== null) {
      last.current = { page, from, to };
    } else if (before !== undefined && before.page !== page) {
      last.current = { ...before, page };
      setParams({ from: before.from, to: before.to }, { replace: true });
    }
  }, [from, to, page]);
}
