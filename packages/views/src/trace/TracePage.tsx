// SPDX-License-Identifier: Apache-2.0
//
// A trace on screen: header, findings, tabs and filter, the waterfall with its map, and the details beside or below.

import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Tab, TabsBar, useStyles2 } from '@grafana/ui';
import { STATUS_ERROR, type SpanIndex, type Trace } from '@tracewell/trace';
import type { Host } from '../host.ts';
import { LEAST_PAGE_HEIGHT, traceRoom, type TraceParts } from '../room/room.ts';
import { useSize } from '../room/use-size.ts';
import { DetailsPanel } from './details/DetailsPanel.tsx';
import { withCondition } from './details/field-query.ts';
import { ComparisonLine } from './findings/ComparisonLine.tsx';
import { Findings } from './findings/Findings.tsx';
import { TraceHeader } from './header/TraceHeader.tsx';
import { HelpOverlay } from './HelpOverlay.tsx';
import { Minimap } from './minimap/Minimap.tsx';
import { FilterBar } from './search/FilterBar.tsx';
import { traceKeyHandler } from './state/use-trace-keys.ts';
import { useTraceModel } from './state/use-trace-model.ts';
import { EventsTab } from './tables/EventsTab.tsx';
import { JsonTab } from './tables/JsonTab.tsx';
import { SpansTab } from './tables/SpansTab.tsx';
import { StatisticsTab } from './tables/StatisticsTab.tsx';
import { traceTestIds } from './test-ids.ts';
import { Waterfall } from './waterfall/Waterfall.tsx';

interface Mark {
  readonly trace: Trace;
  readonly spans: ReadonlySet<SpanIndex>;
}

const nothing: ReadonlySet<SpanIndex> = new Set();

interface TracePageProps {
  readonly trace: Trace;
  readonly host: Host;
  /** One of several things on somebody else's page. */
  readonly embedded: boolean;
  /** The host can tell how long other requests take. */
  readonly comparable: boolean;
  readonly parts?: TraceParts;
}

const tabs = [
  { id: 'timeline', label: 'Timeline' },
  { id: 'statistics', label: 'Statistics' },
  { id: 'spans', label: 'Spans' },
  { id: 'events', label: 'Events' },
  { id: 'json', label: 'JSON' },
] as const;

const TREE_SETTING = 'trace.treeShare';
const DETAILS_SETTING = 'trace.details';

function getStyles(theme: GrafanaTheme2) {
  return {
    page: css({
      position: 'relative',
      display: 'flex',
      flexDirection: 'column',
      flex: '1 1 0',
      minHeight: 0,
      minWidth: 0,
      background: theme.colors.background.primary,
      color: theme.colors.text.primary,
    }),
    whole: css({ minHeight: LEAST_PAGE_HEIGHT }),
    tools: css({
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      columnGap: theme.spacing(2),
      rowGap: theme.spacing(0.5),
      padding: theme.spacing(0.5, 2),
      borderTop: `1px solid ${theme.colors.border.weak}`,
      borderBottom: `1px solid ${theme.colors.border.weak}`,
      flex: 'none',
    }),
    tabs: css({ borderBottom: 0, flex: 'none' }),
    main: css({ display: 'flex', flex: 1, minHeight: 0, minWidth: 0 }),
    narrow: css({ flexDirection: 'column' }),
    content: css({ display: 'flex', flexDirection: 'column', flex: 1, minHeight: 0, minWidth: 0 }),
    side: css({ width: 'clamp(340px, 30%, 560px)', flex: 'none', borderLeft: `1px solid ${theme.colors.border.weak}` }),
    below: css({ height: '45%', flex: 'none', borderTop: `1px solid ${theme.colors.border.weak}` }),
    over: css({ position: 'absolute', inset: 0, zIndex: theme.zIndex.sidemenu }),
  };
}

function numberSetting(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}

/** The page of one trace with at least one span. */
export function TracePage({ trace: sent, host, embedded, comparable, parts }: TracePageProps) {
  const styles = useStyles2(getStyles);
  const model = useTraceModel(sent, host);
  const { trace, clock, analysis, cursor, rows, showSpan, set, filter, filterText } = model;
  const page = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const filterInput = useRef<HTMLInputElement>(null);
  const pageRows = useRef(20);
  const room = traceRoom(useSize(page), parts);
  const [treeShare, setTreeShare] = useState(() => numberSetting(host.settings.get(TREE_SETTING), 0.32));
  const [detailsOpen, setDetailsOpen] = useState(() => host.settings.get(DETAILS_SETTING) !== false);
  const [overOpen, setOverOpen] = useState(false);
  const [help, setHelp] = useState(false);
  const [mark, setMark] = useState<Mark>();
  // Marks are indexes: those of another order of the spans say nothing.
  const marked = mark?.trace === trace ? mark.spans : nothing;

  const tab = room.tools && tabs.some(({ id }) => id === model.tab) ? model.tab : 'timeline';
  const focusGrid = useCallback(() => (grid.current ?? page.current)?.focus({ preventScroll: true }), []);
  useEffect(() => {
    // The keys should work at once, unless somebody is already typing elsewhere.
    if (!embedded && document.activeElement === document.body) focusGrid();
  }, [embedded, focusGrid]);

  const showDetails = useCallback(
    (open: boolean) => {
      // Over everything, they come when they are asked for and do not stay.
      setOverOpen(open);
      if (room.details === 'over') return;
      setDetailsOpen(open);
      host.settings.set(DETAILS_SETTING, open);
    },
    [host.settings, room.details]
  );
  const onTreeShare = useCallback(
    (share: number) => {
      setTreeShare(share);
      host.settings.set(TREE_SETTING, share);
    },
    [host.settings]
  );
  const onFilter = useCallback(
    (condition: string) => set({ q: withCondition(filterText, filter.kind === 'traceql', condition) }),
    [set, filterText, filter.kind]
  );
  const onShow = useCallback(
    (spans: readonly SpanIndex[]) => {
      const first = spans[0];
      if (first === undefined) return;
      setMark({ trace, spans: new Set(spans) });
      set({ tab: undefined });
      const fold = analysis.folding.foldOfSpan[first] ?? -1;
      showSpan(first, { keepFold: fold >= 0 && spans.every((span) => analysis.folding.foldOfSpan[span] === fold) });
      focusGrid();
    },
    [trace, analysis, set, showSpan, focusGrid]
  );
  const detailsShown = parts?.details !== false && (room.details === 'over' ? overOpen : detailsOpen);
  const firstError = useMemo(() => trace.statusCodes.indexOf(STATUS_ERROR), [trace]);

  const onKeyDown = traceKeyHandler(
    model,
    {
      pageRows,
      focusFilter: () => filterInput.current?.select(),
      toggleDetails: () => showDetails(!detailsShown),
      showHelp: () => setHelp(true),
      clear: () => {
        if (room.details === 'over' && overOpen) showDetails(false);
        else if (marked.size > 0) setMark(undefined);
        else if (filterText !== '') set({ q: undefined });
        else model.clearSelection();
      },
    },
    (target) => target === grid.current
  );

  const link = (): string => {
    const params: Record<string, string | undefined> = Object.fromEntries(host.navigation.params);
    return new URL(host.navigation.href('trace', { ...params, id: trace.traceId }), document.baseURI).href;
  };
  const foldOfRow = rows.folds[model.selectedRow] ?? -1;
  const details = cursor !== undefined && detailsShown && (
    <div className={styles[room.details]}>
      <DetailsPanel
        host={host}
        trace={trace}
        analysis={analysis}
        clock={clock}
        span={cursor.span}
        similar={cursor.onFold ? (analysis.folding.folds[foldOfRow]?.members.length ?? 0) : 0}
        onFilter={onFilter}
        onShowSpan={showSpan}
        onClose={() => {
          showDetails(false);
          focusGrid();
        }}
      />
    </div>
  );

  return (
    <div
      ref={page}
      className={cx(styles.page, !embedded && styles.whole)}
      data-testid={traceTestIds.page}
      onKeyDown={onKeyDown}
      tabIndex={-1}
    >
      {room.header && (
        <TraceHeader
          trace={trace}
          analysis={analysis}
          host={host}
          clock={clock}
          onClock={(on) => set({ clock: on ? '1' : undefined })}
          link={link}
          onFirstError={() => onShow([firstError])}
          onHelp={() => setHelp(true)}
        />
      )}
      {room.findings && (
        <Findings trace={trace} findings={analysis.findings} onShow={onShow}>
          {comparable && <ComparisonLine host={host} trace={sent} />}
        </Findings>
      )}
      {room.tools && (
        <div className={styles.tools}>
          <TabsBar hideBorder className={styles.tabs}>
            {tabs.map(({ id, label }) => (
              <Tab
                key={id}
                label={label}
                active={tab === id}
                onChangeTab={(event) => {
                  event?.preventDefault();
                  set({ tab: id === 'timeline' ? undefined : id });
                }}
              />
            ))}
          </TabsBar>
          <FilterBar model={model} inputRef={filterInput} onLeave={focusGrid} />
        </div>
      )}
      <div className={cx(styles.main, room.details === 'below' && styles.narrow)}>
        <div className={styles.content}>
          {tab === 'timeline' && (
            <>
              {room.minimap && <Minimap trace={trace} viewport={model.viewport} onZoom={model.setViewport} />}
              <Waterfall
                model={model}
                marked={marked}
                treeShare={treeShare}
                onTreeShare={onTreeShare}
                onOpenDetails={() => showDetails(true)}
                pageRows={pageRows}
                gridRef={grid}
              />
            </>
          )}
          {tab === 'statistics' && <StatisticsTab model={model} />}
          {tab === 'spans' && <SpansTab model={model} />}
          {tab === 'events' && <EventsTab model={model} />}
          {tab === 'json' && <JsonTab model={model} />}
        </div>
        {details}
      </div>
      {help && (
        <HelpOverlay
          onClose={() => {
            setHelp(false);
            focusGrid();
          }}
        />
      )}
    </div>
  );
}
