// SPDX-License-Identifier: Apache-2.0
//
// The same services as rows, sortable: for those who want numbers, and where a map is no help (screen readers,
// hundreds of services).
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2, useTheme2 } from '@grafana/ui';
import { useMemo, useState } from 'react';
import { formatRate, Sparkline } from '../charts/index.ts';
import { formatDuration, formatShare } from '../format/index.ts';
import type { ServiceNode } from '../host.ts';
import { testIds } from '../test-ids.ts';
import { serviceSwatch } from '../theme/index.ts';
import { errorShare } from './focus.ts';

interface Props {
  readonly nodes: readonly ServiceNode[];
  readonly seconds: number;
  readonly chosen?: string;
  readonly onChoose: (id: string) => void;
}

/** A column of numbers. */
interface Column {
  readonly key: string;
  readonly label: string;
  readonly text: (node: ServiceNode, seconds: number) => string;
  readonly order: (node: ServiceNode) => number;
  readonly isBad?: (node: ServiceNode) => boolean;
}

/** For a service that only calls others. */
const none = '\u2013';

function durations(key: 'p50' | 'p95' | 'p99'): Column {
  return {
    key,
    label: key,
    text: (node) => (node.requests === 0 ? none : formatDuration(node[key])),
    order: (node) => node[key],
  };
}

const ourColumns: readonly Column[] = [
  {
    key: 'requests',
    label: 'Rate',
    text: (node, seconds) => (node.requests === 0 ? none : formatRate(node.requests / Math.max(1, seconds))),
    order: ({ requests }) => requests,
  },
  {
    key: 'errors',
    label: 'Errors',
    text: (node) => (node.requests === 0 ? none : formatShare(node.errors, node.requests)),
    order: errorShare,
    isBad: ({ errors }) => errors > 0,
  },
  durations('p50'),
  durations('p95'),
  durations('p99'),
];

/** Ours, or those that the graph brings in its own words. */
function columnsOf(nodes: readonly ServiceNode[]): readonly Column[] {
  if (nodes.every(({ words }) => words === undefined)) {
    return ourColumns;
  }
  const names = new Set(nodes.flatMap(({ words }) => (words?.stats ?? []).map(({ name }) => name)));
  const statOf = (node: ServiceNode, wanted: string) => node.words?.stats.find(({ name }) => name === wanted);
  return [...names].map((name) => ({
    key: name,
    label: name,
    text: (node) => statOf(node, name)?.text ?? none,
    order: (node) => statOf(node, name)?.order ?? Number.NEGATIVE_INFINITY,
  }));
}

function compare(a: ServiceNode, b: ServiceNode, column: Column | undefined): number {
  return column === undefined ? (a.name < b.name ? -1 : 1) : column.order(a) - column.order(b);
}

export function ServiceTable({ nodes, seconds, chosen, onChoose }: Props) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const columns = useMemo(() => columnsOf(nodes), [nodes]);
  const [wanted, setSort] = useState<{ key: string; down: boolean }>();
  const numeric = columns.find(({ order }) => nodes.some((node) => Number.isFinite(order(node))));
  const sort = wanted ?? { key: numeric?.key ?? 'name', down: numeric !== undefined };
  const { key: sortKey, down } = sort;
  const rows = useMemo(() => {
    const column = columns.find(({ key }) => key === sortKey);
    return [...nodes].sort((a, b) => compare(a, b, column) * (down ? -1 : 1));
  }, [nodes, columns, sortKey, down]);
  const hasTimeline = nodes.some(({ requestsOverTime }) => requestsOverTime.length > 0);
  return (
    <div className={styles.scroll}>
      <table className={styles.table} data-testid={testIds.services.table}>
        <thead>
          <tr>
            {[{ key: 'name', label: 'Service' }, ...columns].map(({ key, label }) => (
              <th
                key={key}
                scope="col"
                aria-sort={sort.key === key ? (sort.down ? 'descending' : 'ascending') : undefined}
              >
                <button
                  type="button"
                  className={styles.sort}
                  onClick={() => setSort({ key, down: sort.key === key ? !sort.down : key !== 'name' })}
                >
                  {label}
                  {sort.key === key && <Icon name={sort.down ? 'arrow-down' : 'arrow-up'} size="sm" />}
                </button>
              </th>
            ))}
            {hasTimeline && <th scope="col">Over time</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((node) => (
            <tr
              key={node.id}
              className={cx(styles.row, node.id === chosen && styles.chosen)}
              onClick={() => onChoose(node.id)}
            >
              <td>
                {/* For the keyboard; its click bubbles to the row. */}
                <button type="button" className={styles.name}>
                  <span className={styles.dot} style={{ background: serviceSwatch(node.name, theme) }} />
                  {node.name}
                  {node.kind !== 'service' && <span className={styles.kind}>{node.kind}</span>}
                </button>
              </td>
              {columns.map((column) => (
                <td key={column.key} className={column.isBad?.(node) === true ? styles.bad : undefined}>
                  {column.text(node, seconds)}
                </td>
              ))}
              {hasTimeline && (
                <td>
                  <Sparkline
                    values={node.requestsOverTime}
                    errors={node.errorsOverTime}
                    width={120}
                    height={16}
                    label={`Requests to ${node.name} over time`}
                  />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  const plain = { border: 'none', background: 'none', padding: 0, color: 'inherit', font: 'inherit' } as const;
  return {
    scroll: css({ flex: '1 1 0', overflow: 'auto', minWidth: 0 }),
    table: css({
      width: '100%',
      fontSize: theme.typography.bodySmall.fontSize,
      fontVariantNumeric: 'tabular-nums',
      '& th, & td': { height: 24, padding: theme.spacing(0, 1), textAlign: 'right', whiteSpace: 'nowrap' },
      '& th:first-child, & td:first-child': { textAlign: 'left', width: '40%' },
      '& th': { color: theme.colors.text.secondary, borderBottom: `1px solid ${theme.colors.border.weak}` },
      '& tbody tr:hover': { background: theme.colors.action.hover },
    }),
    row: css({ cursor: 'pointer' }),
    chosen: css({ background: theme.colors.action.selected }),
    sort: css({ ...plain, '&:hover': { color: theme.colors.text.primary } }),
    name: css({
      ...plain,
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(1),
      '&:hover': { textDecoration: 'underline' },
    }),
    dot: css({ width: 8, height: 8, borderRadius: '50%' }),
    kind: css({ color: theme.colors.text.secondary }),
    bad: css({ color: theme.colors.error.text }),
  };
}
