// SPDX-License-Identifier: Apache-2.0
//
// One trace found: where it began, when, how long it took against the longest of the list, how much went wrong,
// and who took part.
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, IconButton, useStyles2, useTheme2 } from '@grafana/ui';
import {
  countOf,
  formatDuration,
  formatExactNanos,
  formatRelative,
  formatTime,
  formatUtcNanos,
} from '../format/index.ts';
import type { FoundTrace, Host } from '../host.ts';
import { testIds } from '../test-ids.ts';
import { serviceSwatch } from '../theme/index.ts';
import { getRowStyles } from './row-styles.ts';

interface Props {
  readonly id: string;
  readonly index: number;
  readonly trace: FoundTrace;
  readonly host: Host;
  readonly href: string;
  readonly place: { readonly transform: string; readonly height: number };
  readonly longest: number;
  /** Pixels for the time: rows of other days have a date. */
  readonly timeWidth: number;
  readonly open: boolean;
  readonly active: boolean;
  readonly onToggle: () => void;
  readonly onActivate: () => void;
}

const dotsShown = 6;
const noRoot = 'root not received yet';

export function ResultRow({
  id,
  index,
  trace,
  host,
  href,
  place,
  longest,
  timeWidth,
  open,
  active,
  onToggle,
  onActivate,
}: Props) {
  const rows = useStyles2(getRowStyles);
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const now = host.time.range.to;
  const service = trace.rootServiceName;
  const share = Number(trace.durationNanos) / longest;
  return (
    <div
      id={id}
      className={cx(rows.row, active && rows.active)}
      style={place}
      role="row"
      aria-level={1}
      aria-rowindex={index + 1}
      aria-expanded={open}
      aria-selected={active}
      onClick={onActivate}
      data-testid={testIds.search.row}
      data-trace-id={trace.traceId}
    >
      <div role="gridcell" className={rows.toggle}>
        <IconButton
          name={open ? 'angle-down' : 'angle-right'}
          size="sm"
          aria-label={`${open ? 'Hide' : 'Show'} the ${countOf(trace.matched, 'span')} that matched`}
          tabIndex={-1}
          onClick={(event) => {
            event.stopPropagation();
            onToggle();
          }}
        />
      </div>
      <div role="gridcell" className={rows.cell}>
        <a
          className={rows.link}
          href={href}
          tabIndex={-1}
          aria-label={service === undefined ? noRoot : `${service} ${trace.rootTraceName ?? ''}`}
        >
          <span
            className={rows.dot}
            style={{ background: service === undefined ? theme.colors.text.disabled : serviceSwatch(service, theme) }}
          />
          <span className={service === undefined ? styles.noRoot : styles.service}>{service ?? noRoot}</span>
          <span className={styles.name} title={trace.rootTraceName}>
            {trace.rootTraceName}
          </span>
          <span
            className={styles.time}
            style={{ width: timeWidth }}
            title={`${formatRelative(Number(trace.startUnixNano / 1_000_000n), now)}, ${formatUtcNanos(trace.startUnixNano)}`}
          >
            {formatTime(trace.startUnixNano, host.time.timeZone, now)}
          </span>
          <span className={styles.track} aria-hidden="true">
            <span className={styles.bar} style={{ width: `${String(Math.max(0.5, share * 100))}%` }} />
          </span>
          <span className={styles.duration} title={formatExactNanos(trace.durationNanos)}>
            {formatDuration(trace.durationNanos)}
          </span>
          <span className={styles.spans}>{countOf(trace.spanCount, 'span')}</span>
          <span className={styles.errors}>
            {trace.errorCount > 0 && (
              <>
                <Icon name="exclamation-circle" size="sm" aria-hidden="true" /> {trace.errorCount}
                <span className="sr-only"> with errors</span>
              </>
            )}
          </span>
          <span className={styles.services} title={trace.services.map(({ name }) => name).join(', ')}>
            {trace.services.slice(0, dotsShown).map(({ name }) => (
              <span key={name} className={rows.dot} style={{ background: serviceSwatch(name, theme) }} />
            ))}
            <span className={styles.more}>{countOf(trace.services.length, 'service')}</span>
          </span>
        </a>
      </div>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  const number = { flex: '0 0 auto', textAlign: 'right', fontVariantNumeric: 'tabular-nums' } as const;
  const cut = { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' } as const;
  return {
    service: css({ ...cut, flex: '0 1 130px', fontWeight: theme.typography.fontWeightMedium }),
    // As wide as a service, so that the columns stay in line; it may reach over the name, which is not known either.
    noRoot: css({
      flex: '0 1 130px',
      minWidth: 0,
      whiteSpace: 'nowrap',

      color: theme.colors.text.secondary,
    }),
    name: css({ ...cut, flex: '1 1 180px', minWidth: 80 }),
    time: css({ ...number, whiteSpace: 'nowrap', color: theme.colors.text.secondary }),
    track: css({ flex: '1 1 160px', minWidth: 40, height: 8, background: 'transparent' }),
    bar: css({ display: 'block', height: '100%', borderRadius: 2, background: theme.colors.text.disabled }),
    duration: css({ ...number, width: 76 }),
    spans: css({ ...number, width: 70, color: theme.colors.text.secondary }),
    errors: css({ ...number, width: 44, color: theme.colors.error.text }),
    services: css({ flex: '0 0 140px', display: 'flex', alignItems: 'center', gap: 3, overflow: 'hidden' }),
    more: css({ marginLeft: 4, color: theme.colors.text.secondary, whiteSpace: 'nowrap' }),
  };
}
