// SPDX-License-Identifier: Apache-2.0
//
// Search: which requests were slow or failed, and what do they share? The query, the order and the number of rows
// are in the address; everything shown follows from them and from the time range.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import { useCallback, useMemo } from 'react';
import { useAnswer } from '../data/use-answer.ts';
import { countOf, zoneName } from '../format/index.ts';
import { HostError } from '../host.ts';
import type { Host, SearchAnswer } from '../host.ts';
import { CancelledNotice, ErrorNotice, KeyHelp, PartialNotice, Progress } from '../states/index.ts';
import { testIds } from '../test-ids.ts';
import { isChartable, isEverything, isWellFormed, withSpanColumns } from './conditions.ts';
import { searchKeys } from './keys.ts';
import { NothingFound } from './NothingFound.tsx';
import { QueryBar } from './QueryBar.tsx';
import { orders, parseOrder } from './result-order.ts';
import { ResultList } from './ResultList.tsx';
import { SearchCharts } from './SearchCharts.tsx';

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

  const capabilities = useAnswer('capabilities', (signal) => data.capabilities(signal));
  const found = useAnswer(JSON.stringify([query, order, limit, rangeKey]), (signal) =>
    data.search({ query: withSpanColumns(query), range: { from, to }, limit, order, spansPerTrace: 20 }, signal)
  );
  const canChart = capabilities.value?.features.has('red') ?? true;
  const chartable = isChartable(query);
  const red = useAnswer(canChart && chartable ? JSON.stringify([query, rangeKey]) : undefined, (signal) =>
    data.red(
      { query, range: { from, to }, buckets: chartBuckets, rootsOnly: isEverything(query), exemplars: 1 },
      signal
    )
  );

  const setQuery = useCallback((next: string) => navigation.setParams({ q: next, limit: undefined }), [navigation]);
  const queryError = found.error instanceof HostError && found.error.range !== undefined ? found.error : undefined;
  const loading = found.loading || red.loading;
  const cancel = () => {
    found.cancel();
    red.cancel();
  };
  const orderOptions = useMemo(() => orders.map(({ value, label }) => ({ value, label })), []);

  return (
    <div className={styles.page}>
      <QueryBar host={host} query={query} error={queryError} onRun={setQuery} />
      <Progress loading={loading} onCancel={cancel} label="Searching" testId={testIds.search.cancel} />
      {canChart && (
        <SearchCharts
          host={host}
          query={query}
          answer={red}
          note={!chartable && isWellFormed(query) ? 'Charts show one filter on spans; this query has more.' : undefined}
        />
      )}
      {found.error !== undefined && queryError === undefined && (
        <ErrorNotice
          title={found.value === undefined ? 'The search failed' : 'The search failed; the list is from before'}
          error={found.error}
          onRetry={found.retry}
        />
      )}
      {found.cancelled && <CancelledNotice onRetry={found.retry} kept={found.value !== undefined} />}
      {found.value?.partial !== undefined && <PartialNotice reason={found.value.partial} />}
      {found.value !== undefined && (
        <>
          <div className={styles.bar}>
            <strong data-testid={testIds.search.total}>{totalText(found.value)}</strong>
            <span className={styles.zone}>times in {zoneName(time.timeZone)}</span>
            <div className={styles.order} data-testid={testIds.search.order}>
              <RadioButtonGroup
                size="sm"
                aria-label="Order"
                options={orderOptions}
                value={order}
                onChange={(value) => navigation.setParams({ order: value === 'newest' ? undefined : value })}
              />
              <KeyHelp title="Keys of the search" lines={searchKeys} />
            </div>
          </div>
          {found.value.traces.length === 0 ? (
            <NothingFound host={host} query={query} capabilities={capabilities.value} />
          ) : (
            <ResultList traces={found.value.traces} host={host} query={query} />
          )}
          {found.value.traces.length >= limit && limit < mostRows && (
            <Button
              className={styles.more}
              variant="secondary"
              size="sm"
              fill="text"
              data-testid={testIds.search.more}
              onClick={() => navigation.setParams({ limit: String(Math.min(mostRows, limit * 2)) }, { replace: true })}
            >
              Show more
            </Button>
          )}
        </>
      )}
    </div>
  );
}

function totalText(answer: SearchAnswer): string {
  const shown = answer.traces.length;
  if (answer.total === undefined || answer.total.traces <= shown) {
    return countOf(shown, 'trace');
  }
  return `${countOf(answer.total.traces, 'trace')}, ${String(shown)} shown`;
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
    bar: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), flex: '0 0 auto' }),
    zone: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
    order: css({ marginLeft: 'auto', display: 'flex', alignItems: 'center', gap: theme.spacing(1) }),
    more: css({ alignSelf: 'center' }),
  };
}
