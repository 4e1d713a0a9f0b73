// SPDX-License-Identifier: Apache-2.0
//
// Rate and durations of what a query matches, side by side. Their place is kept while they load, fail or make no
// sense for the query, so that the list below stays where it is.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useCallback } from 'react';
import type { ReactNode } from 'react';
import { DurationHeatmap, durationLiteral, RateChart, toRawRange } from '../charts/index.ts';
import type { HeatmapBox } from '../charts/index.ts';
import type { Answer } from '../data/use-answer.ts';
import type { Host, RedAnswer } from '../host.ts';
import { ErrorNotice } from '../states/index.ts';
import { testIds } from '../test-ids.ts';
import { addConditions, isEverything } from './conditions.ts';

interface Props {
  readonly host: Host;
  readonly query: string;
  readonly answer: Answer<RedAnswer>;
  /** Why there are no charts for this query. */
  readonly note?: string;
}

const height = 168;

export function SearchCharts({ host, query, answer, note }: Props) {
  const styles = useStyles2(getStyles);
  const { navigation, time } = host;
  const { value } = answer;

  const setRange = useCallback((start: number, end: number) => time.set(toRawRange(start, end)), [time]);
  const applyBox = useCallback(
    (box: HeatmapBox) => {
      const limit = (operator: '>=' | '<=', nanos: number) => {
        const literal = durationLiteral(nanos, operator === '>=' ? 'down' : 'up');
        return { identifier: 'duration', operator, value: { type: 'duration', value: literal } } as const;
      };
      navigation.setParams({
        q: addConditions(query, [limit('>=', box.minNanos), limit('<=', box.maxNanos)]),
        limit: undefined,
        ...toRawRange(box.from, box.to),
      });
    },
    [navigation, query]
  );
  const exemplarHref = useCallback(
    (exemplar: { traceId: string; spanId: string }) =>
      navigation.href('trace', { id: exemplar.traceId, span: exemplar.spanId, q: query === '' ? undefined : query }),
    [navigation, query]
  );

  if (note !== undefined) {
    return <p className={styles.note}>{note}</p>;
  }
  if (answer.error !== undefined && value === undefined) {
    return <ErrorNotice title="The charts could not be drawn" error={answer.error} onRetry={answer.retry} />;
  }
  const shared = { timeZone: time.timeZone, height, syncKey: 'search' };
  const chart = (draw: (red: RedAnswer) => ReactNode) => (
    <div style={{ height }}>{value === undefined ? null : draw(value)}</div>
  );
  return (
    <div className={styles.charts}>
      <section className={styles.chart} data-testid={testIds.search.rate} aria-label="Rate and errors over time">
        <h2 className={styles.caption}>
          {isEverything(query) ? 'Traces' : 'Matching spans'} <em>and errors; drag to choose a time range</em>
        </h2>
        {chart((red) => (
          <RateChart {...shared} answer={red} onRange={setRange} />
        ))}
      </section>
      <section className={styles.chart} data-testid={testIds.search.heatmap} aria-label="Durations over time">
        <h2 className={styles.caption}>
          Duration <em>{'\u25c6'} opens an example; drag a box to filter</em>
        </h2>
        {chart((red) => (
          <DurationHeatmap {...shared} answer={red} exemplarHref={exemplarHref} onBox={applyBox} />
        ))}
      </section>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    // Below 760 pixels one above the other.
    charts: css({ display: 'flex', gap: theme.spacing(2), flexWrap: 'wrap', flex: '0 0 auto' }),
    chart: css({ flex: '1 1 360px', minWidth: 0 }),
    caption: css({
      margin: 0,
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      whiteSpace: 'nowrap',
      fontSize: theme.typography.bodySmall.fontSize,
      fontWeight: theme.typography.fontWeightMedium,
      '& em': {
        fontStyle: 'normal',
        fontWeight: theme.typography.fontWeightRegular,
        color: theme.colors.text.secondary,
      },
    }),
    note: css({ margin: 0, fontSize: theme.typography.bodySmall.fontSize, color: theme.colors.text.secondary }),
  };
}
