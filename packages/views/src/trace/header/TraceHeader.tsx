// SPDX-License-Identifier: Apache-2.0
//
// What the trace is, at one glance: root, outcome, duration, time, size; and what can be done with all of it.

import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Badge, Button, ClipboardButton, Dropdown, IconButton, Menu, useStyles2 } from '@grafana/ui';
import type { Trace } from '@tracewell/trace';
import {
  countOf,
  formatDuration,
  formatExactNanos,
  formatRelative,
  formatTime,
  timeTooltip,
  zoneName,
} from '../../format/index.ts';
import type { Host } from '../../host.ts';
import { serviceSwatch } from '../../theme/index.ts';
import { useTheme2 } from '@grafana/ui';
import type { TraceAnalysis } from '../analysis/trace-analysis.ts';
import { downloadText } from '../export/download.ts';
import { toOtlpJson } from '../export/otlp-json.ts';
import type { ClockCorrectionState } from '../state/use-clock-correction.ts';
import { traceTestIds } from '../test-ids.ts';
import { ClockToggle } from './ClockToggle.tsx';

interface TraceHeaderProps {
  readonly trace: Trace;
  readonly analysis: TraceAnalysis;
  readonly host: Host;
  readonly clock: ClockCorrectionState;
  readonly onClock: (on: boolean) => void;
  /** Address of what is on screen now. */
  readonly link: () => string;
  readonly onFirstError: () => void;
  readonly onHelp: () => void;
}

function getStyles(theme: GrafanaTheme2) {
  return {
    header: css({
      flex: 'none',
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      columnGap: theme.spacing(2),
      rowGap: 2,
      padding: theme.spacing(1, 2, 0.5),
      fontVariantNumeric: 'tabular-nums',
    }),
    title: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(1),
      minWidth: 0,
      margin: 0,
      fontSize: theme.typography.h4.fontSize,
      lineHeight: theme.typography.h4.lineHeight,
      fontWeight: theme.typography.h4.fontWeight,
    }),
    service: css({ width: 4, height: 18, borderRadius: 1, flex: 'none' }),
    root: css({ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }),
    serviceName: css({ color: theme.colors.text.secondary }),
    duration: css({ fontSize: theme.typography.h4.fontSize, fontWeight: theme.typography.fontWeightMedium }),
    meta: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
    id: css({
      display: 'inline-flex',
      alignItems: 'center',
      gap: 4,
      color: theme.colors.text.secondary,
      fontSize: theme.typography.bodySmall.fontSize,
      fontFamily: theme.typography.fontFamilyMonospace,
    }),
    actions: css({ marginLeft: 'auto', display: 'flex', gap: theme.spacing(1), alignItems: 'center' }),
    badge: css({ background: 'none', border: 0, padding: 0, display: 'inline-flex' }),
  };
}

/** Header of a trace with at least one span. */
export function TraceHeader({ trace, analysis, host, clock, onClock, link, onFirstError, onHelp }: TraceHeaderProps) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const root = trace.roots[0] ?? 0;
  const service = trace.serviceNames[trace.services[root] ?? 0] ?? '';
  const now = Date.now();
  const zone = host.time.timeZone;
  const pieces = trace.roots.length > 1 ? [countOf(trace.roots.length, 'root')] : [];
  return (
    <header className={styles.header} data-testid={traceTestIds.header}>
      <h1 className={styles.title}>
        <span className={styles.service} style={{ background: serviceSwatch(service, theme) }} />
        <span className={styles.root}>
          <span className={styles.serviceName}>{service} &rsaquo;</span> {trace.names[root]}
        </span>
      </h1>
      {analysis.errorCount > 0 && (
        <button type="button" className={styles.badge} onClick={onFirstError} title="Show the first error">
          <Badge color="red" icon="exclamation-circle" text={countOf(analysis.errorCount, 'error')} />
        </button>
      )}
      <span className={styles.duration} title={formatExactNanos(trace.endUnixNano - trace.startUnixNano)}>
        {formatDuration(trace.endUnixNano - trace.startUnixNano)}
      </span>
      <span className={styles.meta} title={timeTooltip(trace.startUnixNano)}>
        {formatTime(trace.startUnixNano, zone, now)} {zoneName(zone)} ({formatRelative(trace.startUnixNano, now)})
      </span>
      <span className={styles.meta}>
        {[
          countOf(trace.length, 'span'),
          countOf(trace.serviceNames.length, 'service'),
          `depth ${analysis.maxDepth}`,
          ...pieces,
        ].join(' \u00b7 ')}
      </span>
      <span className={styles.id}>
        <span title="Trace id">{trace.traceId}</span>
        <ClipboardButton
          icon="copy"
          size="sm"
          fill="text"
          variant="secondary"
          aria-label="Copy the trace id"
          getText={() => trace.traceId}
        />
      </span>
      <span className={styles.actions}>
        <ClockToggle clock={clock} onChange={onClock} />
        <ClipboardButton
          icon="share-alt"
          size="sm"
          variant="secondary"
          getText={link}
          tooltip="Copy a link to this view"
        >
          Share
        </ClipboardButton>
        <Dropdown
          overlay={
            <Menu>
              <Menu.Item
                icon="download-alt"
                label="OTLP JSON"
                description="All spans, as a Collector takes them"
                onClick={() =>
                  downloadText(`trace-${trace.traceId}.json`, JSON.stringify(toOtlpJson(clock.sent), undefined, 1))
                }
              />
            </Menu>
          }
        >
          <Button icon="download-alt" size="sm" variant="secondary">
            Export
          </Button>
        </Dropdown>
        <IconButton name="keyboard" tooltip="Keys ( ? )" onClick={onHelp} />
      </span>
    </header>
  );
}
