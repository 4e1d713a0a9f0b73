// SPDX-License-Identifier: Apache-2.0
//
// Events of a span: a small time line of the span with a mark for each, and below each with its time and attributes.

import { useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { Span } from '@tracewell/trace';
import { formatDuration, timeTooltip } from '../../format/index.ts';
import { AttributeTable } from './AttributeTable.tsx';

interface EventListProps {
  readonly span: Span;
  readonly onFilter: (condition: string) => void;
  readonly searchHref: (condition: string) => string;
}

/** Events shown at once; a span may have thousands. */
const STEP = 50;

function getStyles(theme: GrafanaTheme2) {
  return {
    line: css({
      position: 'relative',
      height: 16,
      margin: '4px 4px 8px',
      borderBottom: `2px solid ${theme.colors.border.medium}`,
    }),
    mark: css({
      position: 'absolute',
      bottom: -2,
      width: 2,
      height: 12,
      marginLeft: -1,
      background: theme.colors.text.primary,
    }),
    failed: css({ background: theme.colors.error.main }),
    event: css({ marginBottom: theme.spacing(1), fontSize: theme.typography.bodySmall.fontSize }),
    head: css({ display: 'flex', gap: theme.spacing(1) }),
    time: css({ color: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' }),
    name: css({ fontWeight: theme.typography.fontWeightMedium, overflowWrap: 'anywhere' }),
    attributes: css({ paddingLeft: theme.spacing(2) }),
    more: css({ background: 'none', border: 0, color: theme.colors.text.link, padding: 0 }),
  };
}

/** The events in order of time. */
export function EventList({ span, onFilter, searchHref }: EventListProps) {
  const styles = useStyles2(getStyles);
  const [shown, setShown] = useState(STEP);
  const duration = Number(span.endUnixNano - span.startUnixNano);
  const events = span.events
    .map((event) => ({ event, offset: Number(event.timeUnixNano - span.startUnixNano) }))
    .sort((a, b) => a.offset - b.offset);
  return (
    <div>
      <div className={styles.line} aria-hidden="true">
        {events.slice(0, 500).map(({ event, offset }, index) => (
          <span
            key={index}
            className={`${styles.mark} ${event.name === 'exception' ? styles.failed : ''}`}
            style={{ left: `${Math.min(100, Math.max(0, (offset / Math.max(1, duration)) * 100))}%` }}
            title={`${event.name} at + ${formatDuration(offset)}`}
          />
        ))}
      </div>
      {events.slice(0, shown).map(({ event, offset }, index) => (
        <div key={index} className={styles.event}>
          <div className={styles.head}>
            <span className={styles.name}>{event.name}</span>
            <span className={styles.time} title={timeTooltip(event.timeUnixNano)}>
              + {formatDuration(offset)} in the span
              {(offset < 0 || offset > duration) && ' (outside its time)'}
            </span>
          </div>
          <div className={styles.attributes}>
            <AttributeTable
              attributes={event.attributes}
              scope="event"
              onFilter={onFilter}
              searchHref={searchHref}
              label={`Attributes of the event ${event.name}`}
            />
            {event.droppedAttributesCount > 0 && (
              <span className={styles.time}>{event.droppedAttributesCount} attributes were dropped by the sender</span>
            )}
          </div>
        </div>
      ))}
      {events.length > shown && (
        <button type="button" className={styles.more} onClick={() => setShown(shown + STEP)}>
          {events.length - shown} more
        </button>
      )}
    </div>
  );
}
