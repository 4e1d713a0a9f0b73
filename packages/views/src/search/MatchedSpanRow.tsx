// SPDX-License-Identifier: Apache-2.0
//
// One matched span below its trace: what the query asked about it.
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2, useTheme2 } from '@grafana/ui';
import { formatDuration, formatTime } from '../format/index.ts';
import type { FoundSpan, Host } from '../host.ts';
import { testIds } from '../test-ids.ts';
import { serviceSwatch } from '../theme/index.ts';
import { getRowStyles } from './row-styles.ts';

interface Props {
  readonly id: string;
  readonly index: number;
  readonly span: FoundSpan;
  readonly host: Host;
  readonly href: string;
  readonly place: { readonly transform: string; readonly height: number };
  readonly active: boolean;
  readonly onActivate: () => void;
}

export function MatchedSpanRow({ id, index, span, host, href, place, active, onActivate }: Props) {
  const rows = useStyles2(getRowStyles);
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const service = span.attributes.find(({ key }) => key === 'service.name')?.value.value;
  const failed = span.attributes.some(({ key, value }) => key === 'status' && value.value === 'error');
  // Shown as signs already.
  const attributes = span.attributes.filter(({ key }) => key !== 'service.name' && key !== 'status' && key !== 'name');
  return (
    <div
      id={id}
      className={cx(rows.row, active && rows.active)}
      style={place}
      role="row"
      aria-level={2}
      aria-rowindex={index + 1}
      aria-selected={active}
      onClick={onActivate}
      data-testid={testIds.search.span}
    >
      <div role="gridcell" className={rows.cell}>
        <a className={cx(rows.link, styles.indent)} href={href} tabIndex={-1}>
          {service !== undefined && (
            <span className={rows.dot} style={{ background: serviceSwatch(service, theme) }} title={service} />
          )}
          {service !== undefined && <span>{service}</span>}
          <span className={styles.name}>{span.name ?? `span ${span.spanId}`}</span>
          {failed && <Icon className={styles.error} name="exclamation-circle" size="sm" title="Error" />}
          <span className={styles.number}>{formatDuration(span.durationNanos)}</span>
          <span className={styles.secondary}>
            {formatTime(span.startUnixNano, host.time.timeZone, host.time.range.to)}
          </span>
          {attributes.map(({ key, value }, index) => (
            <span key={index} className={styles.attribute}>
              <span className={styles.key}>{key}</span> {value.value}
            </span>
          ))}
        </a>
      </div>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    indent: css({ paddingLeft: theme.spacing(5), overflow: 'hidden', whiteSpace: 'nowrap' }),
    name: css({ color: theme.colors.text.secondary }),
    error: css({ color: theme.colors.error.text }),
    number: css({ fontVariantNumeric: 'tabular-nums' }),
    secondary: css({ color: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums' }),
    attribute: css({ overflow: 'hidden', textOverflow: 'ellipsis' }),
    key: css({ color: theme.colors.text.secondary }),
  };
}
