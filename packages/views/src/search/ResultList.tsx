// SPDX-License-Identifier: Apache-2.0
//
// The traces found, a row each, virtualised. Rows open to the spans that matched. Up and down move, Enter opens the
// trace, `x` or right and left open and close a row.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { formatTime } from '../format/index.ts';
import type { FoundSpan, FoundTrace, Host } from '../host.ts';
import { testIds } from '../test-ids.ts';
import { ResultRow } from './ResultRow.tsx';
import { MatchedSpanRow } from './MatchedSpanRow.tsx';

interface Props {
  readonly traces: readonly FoundTrace[];
  readonly host: Host;
  /** The query, handed on to the trace so that it highlights the same spans. */
  readonly query: string;
}

type Row =
  | { readonly kind: 'trace'; readonly trace: FoundTrace }
  | { readonly kind: 'span'; readonly trace: FoundTrace; readonly span: FoundSpan };

const rowHeight = 24;

export function ResultList({ traces, host, query }: Props) {
  const styles = useStyles2(getStyles);
  const scroll = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState(0);

  const rows = useMemo(
    () =>
      traces.flatMap((trace): Row[] => [
        { kind: 'trace', trace },
        ...(opened.has(trace.traceId) ? trace.spans.map((span): Row => ({ kind: 'span', trace, span })) : []),
      ]),
    [traces, opened]
  );
  const longest = useMemo(
    () => traces.reduce((most, trace) => Math.max(most, Number(trace.durationNanos)), 1),
    [traces]
  );

  const { timeZone, range } = host.time;
  const timeWidth = useMemo(
    () => 8 * Math.max(12, ...traces.map((trace) => formatTime(trace.startUnixNano, timeZone, range.to).length - 2)),
    [traces, timeZone, range.to]
  );

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 20,
  });

  const hrefOf = useCallback(
    (row: Row) =>
      host.navigation.href('trace', {
        id: row.trace.traceId,
        span: row.kind === 'span' ? row.span.spanId : undefined,
        q: query === '' ? undefined : query,
      }),
    [host, query]
  );

  const toggle = useCallback((traceId: string, open?: boolean) => {
    setOpened((before) => {
      const next = new Set(before);
      if (open ?? !before.has(traceId)) {
        next.add(traceId);
      } else {
        next.delete(traceId);
      }
      return next;
    });
  }, []);

  const move = (to: number) => {
    const index = Math.max(0, Math.min(rows.length - 1, to));
    setActive(index);
    virtualizer.scrollToIndex(index);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) {
      return;
    }
    const row = rows[active];
    const keys: Readonly<Record<string, () => void>> = {
      ArrowDown: () => move(active + 1),
      j: () => move(active + 1),
      ArrowUp: () => move(active - 1),
      k: () => move(active - 1),
      Home: () => move(0),
      End: () => move(rows.length - 1),
      PageDown: () => move(active + 20),
      PageUp: () => move(active - 20),
      ArrowRight: () => row !== undefined && toggle(row.trace.traceId, true),
      ArrowLeft: () => row !== undefined && toggle(row.trace.traceId, false),
      x: () => row !== undefined && toggle(row.trace.traceId),
      Enter: () =>
        row !== undefined &&
        host.navigation.go('trace', {
          id: row.trace.traceId,
          span: row.kind === 'span' ? row.span.spanId : undefined,
          q: query === '' ? undefined : query,
        }),
    };
    const action = keys[event.key];
    if (action !== undefined) {
      event.preventDefault();
      action();
    }
  };

  return (
    <div
      ref={scroll}
      className={styles.scroll}
      role="treegrid"
      aria-label="Traces"
      aria-rowcount={rows.length}
      aria-activedescendant={rows.length === 0 ? undefined : `result-${String(active)}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      data-testid={testIds.search.results}
    >
      <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }} role="rowgroup">
        {virtualizer.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (row === undefined) {
            return null;
          }
          const place = { transform: `translateY(${String(item.start)}px)`, height: rowHeight };
          const shared = {
            id: `result-${String(item.index)}`,
            index: item.index,
            place,
            host,
            href: hrefOf(row),
            active: item.index === active,
            onActivate: () => setActive(item.index),
          };
          return row.kind === 'trace' ? (
            <ResultRow
              key={row.trace.traceId}
              {...shared}
              trace={row.trace}
              longest={longest}
              timeWidth={timeWidth}
              open={opened.has(row.trace.traceId)}
              onToggle={() => toggle(row.trace.traceId)}
            />
          ) : (
            <MatchedSpanRow key={`${row.trace.traceId}-${row.span.spanId}`} {...shared} span={row.span} />
          );
        })}
      </div>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    scroll: css({
      flex: '1 1 0',
      minHeight: 240,
      overflow: 'auto',
      contain: 'strict',
      borderTop: `1px solid ${theme.colors.border.weak}`,
      '&:focus-visible': { outline: `1px solid ${theme.colors.primary.border}`, outlineOffset: -1 },
    }),
  };
}
