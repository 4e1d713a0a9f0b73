// SPDX-License-Identifier: Apache-2.0
//
// A sortable table of any length: fixed rows, only those on screen exist. Columns give a value to sort by and a text or
// element to show; the rows are numbers that the columns understand.

import { useMemo, useRef, useState, type ReactNode } from 'react';
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import { ownBoxSizing } from '../rows/own-box-sizing.ts';
import { ROW_HEIGHT } from '../waterfall/styles.ts';
import { useFixedRows } from '../rows/use-fixed-rows.ts';

export interface Column {
  readonly id: string;
  readonly title: string;
  /** CSS width of a grid track: `80px`, `minmax(120px, 2fr)`. */
  readonly width: string;
  readonly align?: 'right';
  readonly hover?: string;
  readonly sortValue: (row: number) => number | string;
  readonly cell: (row: number) => ReactNode;
}

export interface Sorting {
  readonly column: string;
  readonly descending: boolean;
}

interface VirtualTableProps {
  readonly label: string;
  readonly columns: readonly Column[];
  readonly rows: Uint32Array;
  readonly initial: Sorting;
  readonly selected?: (row: number) => boolean;
  readonly onSelect?: (row: number) => void;
  readonly empty: string;
  readonly testId: string;
}

const HEAD = 28;

function getStyles(theme: GrafanaTheme2) {
  return {
    scroller: css({
      ...ownBoxSizing,
      flex: 1,
      minHeight: 0,
      overflow: 'auto',
      fontSize: theme.typography.bodySmall.fontSize,
      fontVariantNumeric: 'tabular-nums',
      background: theme.colors.background.primary,
      '&:focus-visible': { outline: 'none', boxShadow: `inset 0 0 0 1px ${theme.colors.primary.border}` },
    }),
    table: css({ minWidth: 720 }),
    head: css({
      position: 'sticky',
      top: 0,
      zIndex: 1,
      height: HEAD,
      background: theme.colors.background.primary,
      borderBottom: `1px solid ${theme.colors.border.weak}`,
    }),
    grid: css({ display: 'grid', columnGap: theme.spacing(1.5), padding: theme.spacing(0, 2), alignItems: 'center' }),
    sort: css({
      width: '100%',
      border: 0,
      padding: 0,
      background: 'transparent',
      color: theme.colors.text.secondary,
      height: HEAD,
      display: 'inline-flex',
      alignItems: 'center',
      whiteSpace: 'nowrap',
    }),
    sorted: css({ color: theme.colors.text.primary }),
    row: css({
      position: 'absolute',
      left: 0,
      right: 0,
      height: ROW_HEIGHT,
      contain: 'strict',
      '&:hover': { background: theme.colors.action.hover },
    }),
    clickable: css({ cursor: 'pointer' }),
    selected: css({ background: theme.colors.action.selected }),
    cell: css({ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', lineHeight: `${ROW_HEIGHT}px` }),
    right: css({ textAlign: 'right', justifyContent: 'flex-end' }),
    empty: css({ padding: theme.spacing(2), color: theme.colors.text.secondary }),
  };
}

function sortRows(rows: Uint32Array, column: Column | undefined, descending: boolean): Uint32Array {
  if (column === undefined) return rows;
  const sign = descending ? -1 : 1;
  const keyed = Array.from(rows, (row) => ({ row, value: column.sortValue(row) }));
  keyed.sort((a, b) => (a.value < b.value ? -sign : a.value > b.value ? sign : a.row - b.row));
  return Uint32Array.from(keyed, (item) => item.row);
}

/** The table; a click on a head sorts by it, a second one the other way round. */
export function VirtualTable(props: VirtualTableProps) {
  const { columns, rows, selected, onSelect } = props;
  const styles = useStyles2(getStyles);
  const scroller = useRef<HTMLDivElement>(null);
  const [sorting, setSorting] = useState(props.initial);
  const column = columns.find((candidate) => candidate.id === sorting.column);
  const sorted = useMemo(() => sortRows(rows, column, sorting.descending), [rows, column, sorting.descending]);
  const window = useFixedRows(scroller, sorted.length, ROW_HEIGHT, HEAD);
  const template = { gridTemplateColumns: columns.map((candidate) => candidate.width).join(' ') };

  const drawn = [];
  for (let place = window.from; place < Math.min(window.to, sorted.length); place++) {
    const row = sorted[place] ?? 0;
    drawn.push(
      <div
        key={place}
        role="row"
        aria-rowindex={place + 2}
        className={cx(
          styles.row,
          styles.grid,
          onSelect !== undefined && styles.clickable,
          selected?.(row) === true && styles.selected
        )}
        style={{ ...template, transform: `translateY(${place * ROW_HEIGHT}px)`, top: 0 }}
        onClick={onSelect === undefined ? undefined : () => onSelect(row)}
      >
        {columns.map((candidate) => (
          <div role="cell" key={candidate.id} className={cx(styles.cell, candidate.align && styles.right)}>
            {candidate.cell(row)}
          </div>
        ))}
      </div>
    );
  }
  return (
    <div ref={scroller} className={styles.scroller} tabIndex={0} data-testid={props.testId}>
      <div role="table" aria-label={props.label} aria-rowcount={sorted.length + 1} className={styles.table}>
        <div role="rowgroup" className={styles.head}>
          <div role="row" aria-rowindex={1} className={styles.grid} style={template}>
            {columns.map((candidate) => {
              const active = candidate.id === sorting.column;
              return (
                <div
                  role="columnheader"
                  key={candidate.id}
                  aria-sort={active ? (sorting.descending ? 'descending' : 'ascending') : 'none'}
                >
                  <button
                    type="button"
                    title={candidate.hover}
                    className={cx(styles.sort, active && styles.sorted, candidate.align && styles.right)}
                    onClick={() =>
                      setSorting({
                        column: candidate.id,
                        descending: active ? !sorting.descending : candidate.align === 'right',
                      })
                    }
                  >
                    {candidate.title}
                    {active && <Icon name={sorting.descending ? 'arrow-down' : 'arrow-up'} size="sm" />}
                  </button>
                </div>
              );
            })}
          </div>
        </div>
        <div role="rowgroup" style={{ position: 'relative', height: sorted.length * ROW_HEIGHT }}>
          {drawn}
        </div>
      </div>
      {sorted.length === 0 && <div className={styles.empty}>{props.empty}</div>}
    </div>
  );
}
