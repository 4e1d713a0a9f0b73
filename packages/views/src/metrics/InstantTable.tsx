// SPDX-License-Identifier: Apache-2.0
//
// One value for each series over the whole range: a row each, a column for each label.
import { useStyles2 } from '@grafana/ui';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useMemo } from 'react';
import type { Host, MetricsAnswer, MetricsSeries } from '../host.ts';
import { testIds } from '../test-ids.ts';
import { VirtualTable } from '../trace/tables/VirtualTable.tsx';
import type { Column } from '../trace/tables/VirtualTable.tsx';
import { tracesOf } from './drill.ts';
import { labelText, quantileName } from './labels.ts';
import type { MetricsKind, MetricsUnit } from './metrics-query.ts';
import { SeriesMenu } from './SeriesMenu.tsx';
import { formatMetric } from './values.ts';

interface Props {
  readonly host: Host;
  readonly query: string;
  readonly kind: MetricsKind;
  readonly answer: MetricsAnswer;
}

export function InstantTable({ host, query, kind, answer }: Props) {
  const styles = useStyles2(getStyles);
  const { series } = answer;
  const columns = useMemo((): readonly Column[] => {
    const keys = [...new Set(series.flatMap(({ labels }) => labels.map(({ key }) => key)))];
    const valueOf = (row: number) => series[row]?.values[0];
    const greatest = series.reduce((most, one) => Math.max(most, Math.abs(one.values[0] ?? 0)), 0);
    return [
      ...keys.map((key): Column => ({
        id: key,
        title: titleOf(key),
        width: isNumeric(key) ? '110px' : 'minmax(120px, 1fr)',
        ...(isNumeric(key) ? { align: 'right' as const } : {}),
        sortValue: (row) => {
          const text = valueOfLabel(series[row], key);
          return isNumeric(key) ? Number(text) : text.toLowerCase();
        },
        cell: (row) => cellOf(series[row], key, kind.bucketUnit),
      })),
      {
        id: 'value',
        title: 'Value',
        width: '110px',
        align: 'right',
        sortValue: (row) => valueOf(row) ?? -Infinity,
        cell: (row) => formatMetric(valueOf(row), kind.unit),
      },
      {
        id: 'share',
        title: 'Beside the greatest',
        width: 'minmax(80px, 1fr)',
        sortValue: (row) => valueOf(row) ?? -Infinity,
        cell: (row) => (
          <div
            className={styles.bar}
            style={{ width: `${String((100 * Math.abs(valueOf(row) ?? 0)) / (greatest || 1))}%` }}
          />
        ),
      },
      {
        id: 'traces',
        title: 'Traces',
        width: '100px',
        sortValue: (row) => row,
        cell: (row) => {
          const q = tracesOf(query, series[row]?.labels ?? []);
          return q === undefined ? null : (
            <span className={styles.links}>
              <a className={styles.link} href={host.navigation.href('search', { q })}>
                Show
              </a>
              <SeriesMenu
                host={host}
                query={query}
                name={(series[row]?.labels ?? []).map(labelText).join(' ')}
                labels={series[row]?.labels ?? []}
              />
            </span>
          );
        },
      },
    ];
  }, [series, kind, host, query, styles]);
  return (
    <VirtualTable
      key={kind.draw}
      label="Values"
      columns={columns}
      rows={useMemo(() => Uint32Array.from(series, (_, row) => row), [series])}
      initial={
        kind.draw === 'heatmap' ? { column: '__bucket', descending: false } : { column: 'value', descending: true }
      }
      empty="No spans in this time range match the query."
      testId={testIds.metrics.table}
    />
  );
}

function isNumeric(key: string): boolean {
  return key === '__bucket' || key === 'p';
}

function titleOf(key: string): string {
  return key === '__bucket' ? 'Up to' : key === '__name__' ? 'Name' : key === 'p' ? 'Quantile' : key;
}

function valueOfLabel(series: MetricsSeries | undefined, key: string): string {
  return series?.labels.find((label) => label.key === key)?.value.value ?? '';
}

function cellOf(series: MetricsSeries | undefined, key: string, bucketUnit: MetricsUnit): string {
  const label = series?.labels.find((one) => one.key === key);
  if (label === undefined) {
    return '';
  }
  return key === '__bucket'
    ? formatMetric(Number(label.value.value), bucketUnit)
    : key === 'p'
      ? quantileName(label.value.value)
      : labelText(label);
}

function getStyles(theme: GrafanaTheme2) {
  return {
    bar: css({ height: 10, marginTop: 7, minWidth: 1, borderRadius: 1, background: theme.colors.primary.main }),
    link: css({ color: theme.colors.text.link }),
    links: css({ display: 'flex', alignItems: 'center', justifyContent: 'space-between', height: '100%' }),
  };
}
