// SPDX-License-Identifier: Apache-2.0
//
// Search: which requests were slow or failed, and what do they share? The query, the order and the number of rows
// are in the address; everything shown follows from them and from the time range.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import { useCallback, useMemo } from 'react';
import { DurationHeatmap, durationLiteral, RateChart } from '../charts/index.ts';
import type { HeatmapBox } from '../charts/index.ts';
import { useAnswer } from '../data/use-answer.ts';
import { countOf } from '../format/index.ts';
import { HostError } from '../host.ts';
import type { Host, SearchAnswer } from '../host.ts';
import { CancelledNotice, ErrorNotice, NoData, PartialNotice, Progress } from '../states/index.ts';
import { testIds } from '../test-ids.ts';
import { addConditions, isEverything } from './conditions.ts';
import { QueryBar } from './QueryBar.tsx';
import { orders, parseOrder } from './result-order.ts';
import { ResultList } from './ResultList.tsx';

interface Props {
  readonly host: Host;
}

const firstPage = 50;
const mostRows = 1000;
const chartHeight = 168;
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
    data.search({ query, range: { from, to }, limit, order, spansPerTrace: 20 }, signal)
  );
  const canChart = capabilities.value?.features.has('red') ?? true;
  const red = useAnswer(canChart ? JSON.stringify([query, rangeKey]) : undefined, (signal) =>
    data.red(
      { query, range: { from, to }, buckets: chartBuckets, rootsOnly: isEverything(query), exemplars: 1 },
      signal
    )
  );

  const setQuery = useCallback((next: string) => navigation.setParams({ q: next, limit: undefined }), [navigation]);
  const setRange = useCallback(
    (start: number, end: number) => time.set({ from: String(Math.floor(start)), to: String(Math.ceil(end)) }),
    [time]
  );
  const applyBox = useCallback(
    (box: HeatmapBox) => {
      const next = addConditions(query, [
        {
          identifier: 'duration',
          operator: '>=',
          value: { type: 'duration', value: durationLiteral(box.minNanos, 'down') },
        },
        {
          identifier: 'duration',
          operator: '<=',
          value: { type: 'duration', value: durationLiteral(box.maxNanos, 'up') },
        },
      ]);
      navigation.setParams({
        q: next,
        limit: undefined,
        from: String(Math.floor(box.from)),
        to: String(Math.ceil(box.to)),
      });
    },
    [navigation, query]
  );
  const queryError = found.error instanceof HostError && found.error.range !== undefined ? found.error : undefined;
  const loading = found.loading || red.loading;
  const cancel = () => {
    found.cancel();
    red.cancel();
  };
  const exemplarHref = useCallback(
    (exemplar: { traceId: string; spanId: string }) =>
      navigation.href('trace', { id: exemplar.traceId, span: exemplar.spanId, q: query === '' ? undefined : query }),
    [navigation, query]
  );
  const orderOptions = useMemo(() => orders.map(({ value, label }) => ({ value, label })), []);

  return (
    <div className={styles.page}>
      <QueryBar host={host} query={query} error={queryError} onRun={setQuery} />
      <Progress loading={loading} onCancel={cancel} label="Searching" testId={testIds.search.cancel} />
      {red.value !== undefined && (
        <div className={styles.charts}>
          <section className={styles.chart} data-testid={testIds.search.rate} aria-label="Rate and errors over time">
            <h2 className={styles.caption}>
              {isEverything(query) ? 'Traces' : 'Matching spans'} <em>and errors</em>
            </h2>
            <RateChart
              answer={red.value}
              timeZone={time.timeZone}
              height={chartHeight}
              syncKey="search"
              onRange={setRange}
            />
          </section>
          <section className={styles.chart} data-testid={testIds.search.heatmap} aria-label="Durations over time">
            <h2 className={styles.caption}>
              Duration <em>dots are examples; drag a box to filter</em>
            </h2>
            <DurationHeatmap
              answer={red.value}
              timeZone={time.timeZone}
              height={chartHeight}
              syncKey="search"
              exemplarHref={exemplarHref}
              onBox={applyBox}
            />
          </section>
        </div>
      )}
      {red.error !== undefined && queryError === undefined && (
        <ErrorNotice title="The charts could not be drawn" error={red.error} onRetry={red.retry} />
      )}
      {found.error !== undefined && queryError === undefined && (
        <ErrorNotice title="The search failed" error={found.error} onRetry={found.retry} />
      )}
      {found.cancelled && <CancelledNotice onRetry={found.retry} />}
      {found.value?.partial !== undefined && <PartialNotice reason={found.value.partial} />}
      {found.value !== undefined && (
        <>
          <div className={styles.bar}>
            <strong data-testid={testIds.search.total}>{totalText(found.value)}</strong>
            <div data-testid={testIds.search.order}>
              <RadioButtonGroup
                size="sm"
                aria-label="Order"
                options={orderOptions}
                value={order}
                onChange={(value) => navigation.setParams({ order: value === 'newest' ? undefined : value })}
              />
            </div>
          </div>
          {found.value.traces.length === 0 ? (
            <Nothing
              host={host}
              query={query}
              spans={capabilities.value?.spans}
              endpoint={capabilities.value?.otlpEndpoint}
            />
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

function Nothing({ host, query, spans, endpoint }: { host: Host; query: string; spans?: number; endpoint?: string }) {
  if (spans === 0) {
    return <NoData title="No spans have arrived yet" otlpEndpoint={endpoint} testId={testIds.search.empty} />;
  }
  return (
    <div data-testid={testIds.search.empty}>
      <NoData
        title={isEverything(query) ? 'No traces in this time range' : 'No trace in this time range matches the query'}
      />
      <p style={{ textAlign: 'center' }}>
        <Button variant="secondary" size="sm" onClick={() => host.time.set({ from: 'now-24h', to: 'now' })}>
          Look at the last 24 hours
        </Button>
      </p>
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
    charts: css({ display: 'flex', gap: theme.spacing(2), flexWrap: 'wrap' }),
    chart: css({ flex: '1 1 380px', minWidth: 0 }),
    caption: css({
      margin: 0,
      fontSize: theme.typography.bodySmall.fontSize,
      fontWeight: theme.typography.fontWeightMedium,
      '& em': {
        fontStyle: 'normal',
        fontWeight: theme.typography.fontWeightRegular,
        color: theme.colors.text.secondary,
      },
    }),
    bar: css({ display: 'flex', alignItems: 'center', justifyContent: 'space-between', gap: theme.spacing(2) }),
    more: css({ alignSelf: 'center' }),
  };
}
