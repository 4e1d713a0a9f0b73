// SPDX-License-Identifier: Apache-2.0
//
// What the selected spans have more often than the others, and less: the answer to `compare()`, greatest difference first.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import { useMemo } from 'react';
import { countOf, formatShare } from '../format/index.ts';
import type { Host, MetricsAnswer } from '../host.ts';
import { testIds } from '../test-ids.ts';
import { VirtualTable } from '../trace/tables/VirtualTable.tsx';
import type { Column } from '../trace/tables/VirtualTable.tsx';
import { compareSides } from './comparison.ts';
import type { ComparisonRow } from './comparison.ts';
import { selectedBy, tracesOf } from './drill.ts';

interface Props {
  readonly host: Host;
  readonly query: string;
  readonly answer: MetricsAnswer;
}

export function ComparisonTable({ host, query, answer }: Props) {
  const styles = useStyles2(getStyles);
  const comparison = useMemo(() => compareSides(answer, selectedBy(query)), [answer, query]);
  const { rows, selected, others, cut } = comparison;
  const columns = useMemo((): readonly Column[] => {
    const number = (
      id: string,
      title: string,
      hover: string,
      of: (row: ComparisonRow) => number,
      text: (row: ComparisonRow) => string
    ): Column => ({
      id,
      title,
      hover,
      width: '104px',
      align: 'right',
      sortValue: (row) => {
        const found = rows[row];
        return found === undefined ? 0 : of(found);
      },
      cell: (row) => {
        const found = rows[row];
        return found === undefined ? '' : text(found);
      },
    });
    return [
      {
        id: 'attribute',
        title: 'Attribute',
        width: 'minmax(160px, 1.2fr)',
        sortValue: (row) => rows[row]?.label.key ?? '',
        cell: (row) => rows[row]?.label.key,
      },
      {
        id: 'value',
        title: 'Value',
        width: 'minmax(140px, 1.2fr)',
        sortValue: (row) => rows[row]?.value ?? '',
        cell: (row) => {
          const found = rows[row];
          const q = found === undefined ? undefined : tracesOf(query, [found.label]);
          return q === undefined ? (
            found?.value
          ) : (
            <a className={styles.link} href={host.navigation.href('search', { q })} title="Show the traces with it">
              {found?.value}
            </a>
          );
        },
      },
      number(
        'selected',
        'Selection',
        'Share of the selected spans that have this value',
        ({ selectedShare }) => selectedShare,
        (row) => formatShare(row.selected, selected)
      ),
      number(
        'others',
        'The rest',
        'Share of all other spans that have this value',
        ({ othersShare }) => othersShare,
        (row) => formatShare(row.others, others)
      ),
      number(
        'difference',
        'Difference',
        'In percentage points; more of the selection above zero. Sorted by its size at first.',
        ({ difference }) => difference,
        ({ difference }) => pointsText(difference)
      ),
      {
        id: 'bars',
        title: 'Beside each other',
        width: 'minmax(120px, 1fr)',
        // The order that the rows have: by the size of the difference, whichever way it points.
        sortValue: (row) => row,
        cell: (row) => {
          const found = rows[row];
          return found === undefined ? null : (
            <div className={styles.bars}>
              <div className={styles.selected} style={{ width: `${String(100 * found.selectedShare)}%` }} />
              <div className={styles.others} style={{ width: `${String(100 * found.othersShare)}%` }} />
            </div>
          );
        },
      },
    ];
  }, [rows, selected, others, query, host, styles]);
  return (
    <>
      <p className={styles.words}>
        <span className={styles.selectedKey} /> {countOf(selected, 'span')} in the selection,{' '}
        <span className={styles.othersKey} /> {countOf(others, 'span')} in the rest.
        {selected === 0 && ' Nothing was selected in this time range: there is nothing to compare.'}
        {cut.length > 0 && (
          <>
            {' '}
            <Icon name="info-circle" size="sm" /> Only the most frequent values of {cut.join(', ')} are compared.
          </>
        )}
      </p>
      <VirtualTable
        label="Comparison"
        columns={columns}
        rows={useMemo(() => Uint32Array.from(rows, (_, row) => row), [rows])}
        initial={{ column: 'bars', descending: false }}
        empty="The spans have no attribute to compare."
        testId={testIds.metrics.comparison}
      />
    </>
  );
}

function pointsText(difference: number): string {
  const points = difference * 100;
  const text = Math.abs(points) >= 9.95 ? points.toFixed(0) : points.toFixed(1);
  return `${points > 0 ? '+' : ''}${text} pt`;
}

function getStyles(theme: GrafanaTheme2) {
  const selected = theme.visualization.getColorByName(theme.isDark ? 'orange' : 'dark-orange');
  const others = theme.visualization.getColorByName(theme.isDark ? 'blue' : 'dark-blue');
  const key = (color: string) =>
    css({ display: 'inline-block', width: 10, height: 10, borderRadius: 2, background: color });
  return {
    words: css({ margin: 0, fontSize: theme.typography.bodySmall.fontSize, color: theme.colors.text.secondary }),
    link: css({ color: theme.colors.text.link }),
    bars: css({
      display: 'flex',
      flexDirection: 'column',
      gap: 2,
      padding: '5px 0',
      '& div': { height: 6 },
    }),
    selected: css({ background: selected }),
    others: css({ background: others }),
    selectedKey: key(selected),
    othersKey: key(others),
  };
}
