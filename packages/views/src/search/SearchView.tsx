// SPDX-License-Identifier: Apache-2.0
//
// Search: which requests were slow or failed, and what do they share? The query, the order and the number of rows
// are in the address; everything shown follows from them and from the time range.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useCallback, useMemo, useState } from 'react';
import { useAnswer } from '../data/use-answer.ts';
import { HostError } from '../host.ts';
import type { Host } from '../host.ts';
import { metricsKind } from '../metrics/metrics-query.ts';
import { MetricsSearch } from '../metrics/MetricsSearch.tsx';
import { useMetricsSearch } from '../metrics/use-metrics-search.ts';
import { PlanPanel } from '../plan/PlanPanel.tsx';
import { CancelledNotice, ErrorNotice, PartialNotice, Progress } from '../states/index.ts';
import { testIds } from '../test-ids.ts';
import { isChartable, isEverything, isWellFormed, withSpanColumns } from './conditions.ts';
import { QueryBar } from './QueryBar.tsx';
import { parseOrder } from './result-order.ts';
import { SearchCharts } from './SearchCharts.tsx';
import { TraceResults } from './TraceResults.tsx';

interface Props {
  readonly host: Host;
}

const firstPage = 50;
const mostRows = 1000;
const chartBuckets = 60;

export function SearchView({ host }: Props) {
  const styles = useStyles2(getStyles);
  const { navigation, time, data } = host;
  const query = navigation.params.get('q') ?? '';
  const order = parseOrder(navigation.params.get('order'));
  const limit = Math.min(mostRows, Math.max(1, Number(navigation.params.get('limit')) || firstPage));
  const { from, to } = time.range;
  const rangeKey = `${String(from)}-${String(to)}`;
  // A query for numbers is answered by a chart in the place of the traces.
  const kind = useMemo(() => metricsKind(query), [query]);
  const isSearch = kind === undefined;

  const capabilities = useAnswer('capabilities', (signal) => data.capabilities(signal));
  const metrics = useMetricsSearch(host, query, kind);
  const found = useAnswer(isSearch ? JSON.stringify([query, order, limit, rangeKey]) : undefined, (signal) =>
    data.search({ query: withSpanColumns(query), range: { from, to }, limit, order, spansPerTrace: 20 }, signal)
  );
  const canChart = capabilities.value?.features.has('red') ?? true;
  const chartable = isChartable(query);
  const red = useAnswer(isSearch && canChart && chartable ? JSON.stringify([query, rangeKey]) : undefined, (signal) =>
    data.red(
      { query, range: { from, to }, buckets: chartBuckets, rootsOnly: isEverything(query), exemplars: 1 },
      signal
    )
  );

  const canExplain = capabilities.value?.features.has('explain') ?? false;
  const [planOpen, setPlanOpen] = useState(false);
  const setQuery = useCallback((next: string) => navigation.setParams({ q: next, limit: undefined }), [navigation]);
  const asked = isSearch ? found : metrics.answer;
  const queryError = asked.error instanceof HostError && asked.error.range !== undefined ? asked.error : undefined;
  const cancel = () => {
    asked.cancel();
    red.cancel();
  };

  return (
    <div className={styles.page}>
      <QueryBar
        host={host}
        query={query}
        error={queryError}
        onRun={setQuery}
        plan={canExplain ? { open: planOpen, onToggle: () => setPlanOpen((open) => !open) } : undefined}
      />
      {canExplain && planOpen && (
        <PlanPanel host={host} query={query} order={order} limit={limit} stepMs={metrics.stepMs} />
      )}
      {capabilities.value?.trouble !== undefined && (
        <PartialNotice title="New spans are not taken" reason={capabilities.value.trouble} />
      )}
      <Progress
        loading={asked.loading || red.loading}
        onCancel={cancel}
        label={isSearch ? 'Searching' : 'Counting'}
        testId={testIds.search.cancel}
      />
      {isSearch && canChart && (
        <SearchCharts
          host={host}
          query={query}
          answer={red}
          note={!chartable && isWellFormed(query) ? 'Charts show one filter on spans; this query has more.' : undefined}
        />
      )}
      {asked.error !== undefined && queryError === undefined && (
        <ErrorNotice
          title={`${isSearch ? 'The search' : 'The query'} failed${asked.value === undefined ? '' : '; what is shown is from before'}`}
          error={asked.error}
          onRetry={asked.retry}
        />
      )}
      {asked.cancelled && <CancelledNotice onRetry={asked.retry} kept={asked.value !== undefined} />}
      {asked.value?.partial !== undefined && <PartialNotice reason={asked.value.partial} />}
      {kind !== undefined && <MetricsSearch host={host} query={query} search={metrics} />}
      {isSearch && found.value !== undefined && (
        <TraceResults
          host={host}
          query={query}
          order={order}
          answer={found.value}
          capabilities={capabilities.value}
          onMore={
            found.value.traces.length >= limit && limit < mostRows
              ? () => navigation.setParams({ limit: String(Math.min(mostRows, limit * 2)) }, { replace: true })
              : undefined
          }
        />
      )}
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    page: css({
      display: 'flex',
      flexDirection: 'column',
      flex: 1,
      minHeight: 0,
      gap: theme.spacing(1),
      padding: theme.spacing(1, 2),
    }),
  };
}
