// SPDX-License-Identifier: Apache-2.0
//
// The series of a chart by name, with their numbers. A click shows one alone, with a modifier more or fewer; pointing at one
// makes it stand out.
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { Host } from '../host.ts';
import { testIds } from '../test-ids.ts';
import type { MetricsUnit } from './metrics-query.ts';
import type { ShownSeries } from './series-look.ts';
import { SeriesMenu } from './SeriesMenu.tsx';
import { formatMetric } from './values.ts';

interface Props {
  readonly host: Host;
  readonly query: string;
  readonly all: readonly ShownSeries[];
  readonly unit: MetricsUnit;
  /** Step under the pointer: its values instead of the last ones. */
  readonly step: number | undefined;
  /** Names of the series that are drawn; all if empty. */
  readonly chosen: ReadonlySet<string>;
  /** With room for more than the name and one number. */
  readonly wide: boolean;
  readonly onChoose: (name: string, more: boolean) => void;
  readonly onFocus: (name: string | undefined) => void;
}

export function SeriesLegend({ host, query, all, unit, step, chosen, wide, onChoose, onFocus }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <table className={styles.table} data-testid={testIds.metrics.legend} aria-label="Series">
      <thead>
        <tr>
          <th scope="col">Series</th>
          {wide && (
            <>
              <th scope="col">Mean</th>
              <th scope="col">Max</th>
            </>
          )}
          <th scope="col">{step === undefined ? 'Last' : 'Here'}</th>
          <th aria-label="What is behind it" />
        </tr>
      </thead>
      <tbody onMouseLeave={() => onFocus(undefined)}>
        {all.map((one) => {
          const hidden = chosen.size > 0 && !chosen.has(one.name);
          return (
            <tr key={one.name} className={cx(hidden && styles.hidden)} onMouseEnter={() => onFocus(one.name)}>
              <td>
                <button
                  type="button"
                  className={styles.name}
                  title={`${one.name}: click shows it alone, with Ctrl or Shift beside others`}
                  aria-pressed={!hidden}
                  onClick={(event) => onChoose(one.name, event.ctrlKey || event.metaKey || event.shiftKey)}
                  onFocus={() => onFocus(one.name)}
                  onBlur={() => onFocus(undefined)}
                >
                  <i style={{ background: one.color }} />
                  <span>{one.name}</span>
                </button>
              </td>
              {wide && (
                <>
                  <td>{formatMetric(one.mean, unit)}</td>
                  <td>{formatMetric(one.greatest, unit)}</td>
                </>
              )}
              <td>{formatMetric(step === undefined ? one.last : one.series.values[step], unit)}</td>
              <td>
                <SeriesMenu host={host} query={query} name={one.name} labels={one.series.labels} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    table: css({
      width: '100%',
      tableLayout: 'auto',
      fontSize: theme.typography.bodySmall.fontSize,
      fontVariantNumeric: 'tabular-nums',
      '& th': {
        position: 'sticky',
        top: 0,
        zIndex: 1,
        background: theme.colors.background.primary,
        color: theme.colors.text.secondary,
        fontWeight: theme.typography.fontWeightRegular,
        textAlign: 'right',
        whiteSpace: 'nowrap',
      },
      '& th:first-child': { textAlign: 'left' },
      '& th, & td': { padding: theme.spacing(0, 0.5), height: 24 },
      '& td': { textAlign: 'right', whiteSpace: 'nowrap' },
      '& td:first-child': { textAlign: 'left', width: '100%', maxWidth: 0 },
      '& td:last-child': { width: 20 },
      '& tbody tr:hover': { background: theme.colors.action.hover },
    }),
    // The words keep their contrast; only the swatch tells that the line is not drawn.
    hidden: css({ '& td': { color: theme.colors.text.secondary }, '& i': { opacity: 0.2 } }),
    name: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(0.75),
      width: '100%',
      padding: 0,
      border: 0,
      background: 'transparent',
      color: 'inherit',
      font: 'inherit',
      textAlign: 'left',
      '& i': { flex: '0 0 auto', width: 14, height: 4, borderRadius: 2 },
      '& span': { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
    }),
  };
}
