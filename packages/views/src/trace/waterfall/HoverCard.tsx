// SPDX-License-Identifier: Apache-2.0
//
// What hovering over a bar explains: times of the span, own work, and the event under the pointer. It has its own state,
// so that moving the pointer renders nothing else.

import { forwardRef, useImperativeHandle, useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { formatCount, formatDuration, formatExactNanos, formatShare } from '../../format/index.ts';
import type { TraceModel } from '../state/use-trace-model.ts';

export interface HoverPoint {
  readonly row: number;
  /** Pixels from the grid's corner. */
  readonly x: number;
  readonly y: number;
  /** Time under the pointer, nanoseconds from the trace's start. */
  readonly time: number;
}

export interface HoverCardHandle {
  show(point: HoverPoint): void;
  hide(): void;
}

interface HoverCardProps {
  readonly model: TraceModel;
  readonly width: number;
  readonly height: number;
}

const CARD_WIDTH = 280;
const CARD_HEIGHT = 150;

function getStyles(theme: GrafanaTheme2) {
  return {
    card: css({
      position: 'absolute',
      zIndex: 4,
      width: CARD_WIDTH,
      padding: theme.spacing(1),
      background: theme.colors.background.elevated ?? theme.colors.background.secondary,
      border: `1px solid ${theme.colors.border.medium}`,
      borderRadius: theme.shape.radius.default,
      boxShadow: theme.shadows.z2,
      pointerEvents: 'none',
      fontVariantNumeric: 'tabular-nums',
      overflowWrap: 'anywhere',
    }),
    title: css({ fontWeight: theme.typography.fontWeightMedium, marginBottom: 4 }),
    table: css({
      display: 'grid',
      gridTemplateColumns: 'auto 1fr',
      columnGap: theme.spacing(1),
      color: theme.colors.text.secondary,
      '& dd': { color: theme.colors.text.primary, margin: 0 },
      margin: 0,
    }),
    error: css({ color: theme.colors.error.text }),
  };
}

/** The card; shown and hidden through its handle. */
export const HoverCard = forwardRef<HoverCardHandle, HoverCardProps>(function HoverCard({ model, width, height }, ref) {
  const styles = useStyles2(getStyles);
  const [point, setPoint] = useState<HoverPoint | undefined>(undefined);
  useImperativeHandle(ref, () => ({ show: setPoint, hide: () => setPoint(undefined) }), []);
  const { trace, analysis, rows, viewport } = model;
  const span = point === undefined ? undefined : rows.spans[point.row];
  if (point === undefined || span === undefined) return null;
  const fold = analysis.folding.folds[rows.folds[point.row] ?? -1];
  const duration = (trace.ends[span] ?? 0) - (trace.starts[span] ?? 0);
  const own = analysis.selfTimes[span] ?? 0;
  const full = trace.spanAt(span);
  const near = (viewport.to - viewport.from) * (4 / Math.max(1, width));
  const event = full.events.find(
    (candidate) => Math.abs(Number(candidate.timeUnixNano - trace.startUnixNano) - point.time) <= near
  );
  return (
    <div
      className={styles.card}
      aria-hidden="true"
      style={{
        left: Math.max(0, Math.min(point.x + 14, width - CARD_WIDTH - 12)),
        top: point.y + 18 + CARD_HEIGHT > height ? undefined : point.y + 18,
        bottom: point.y + 18 + CARD_HEIGHT > height ? height - point.y + 12 : undefined,
      }}
    >
      <div className={styles.title}>
        {trace.serviceNames[trace.services[span] ?? 0]} &rsaquo; {trace.names[span]}
        {fold !== undefined && ` \u00d7 ${formatCount(fold.members.length)}`}
      </div>
      {full.statusCode === 2 && <div className={styles.error}>Error: {full.statusMessage || 'no message'}</div>}
      <dl className={styles.table}>
        <dt>Duration</dt>
        <dd title={formatExactNanos(duration)}>{formatDuration(duration)}</dd>
        <dt>Own work</dt>
        <dd>
          {formatDuration(own)} ({formatShare(own, duration)})
        </dd>
        <dt>Starts at</dt>
        <dd>+ {formatDuration(trace.starts[span] ?? 0)}</dd>
        <dt>Of the trace</dt>
        <dd>{formatShare(duration, trace.duration)}</dd>
        {event !== undefined && (
          <>
            <dt>Event</dt>
            <dd>
              {event.name} at + {formatDuration(Number(event.timeUnixNano - trace.startUnixNano))}
            </dd>
          </>
        )}
      </dl>
    </div>
  );
});
