// SPDX-License-Identifier: Apache-2.0
//
// The panel: finds the traces in its frames and shows one. While another answer is on its way the one before stays (Grafana
// shows progress and errors in the panel's frame).
import { css } from '@emotion/css';
import { LoadingState } from '@grafana/data';
import type { GrafanaTheme2, PanelProps } from '@grafana/data';
import { Combobox, useStyles2 } from '@grafana/ui';
import { useMemo, useState } from 'react';
import { readTraces } from '../../frames/read-trace.ts';
import { sourceOfPanel } from '../../host/panel-host.ts';
import { PanelMessage } from '../../host/PanelMessage.tsx';
import { initialState } from './options.ts';
import type { WaterfallOptions } from './options.ts';
import { WaterfallContent } from './WaterfallContent.tsx';

export function WaterfallPanel({ data, options, width, height, timeRange, timeZone }: PanelProps<WaterfallOptions>) {
  const styles = useStyles2(getStyles);
  const { series, state, request } = data;
  const found = useMemo(() => readTraces(series), [series]);
  const [wanted, setWanted] = useState<string>();
  const chosen = found.traces.find(({ traceId }) => traceId === wanted) ?? found.traces[0];
  const loaded = useMemo(() => chosen?.load(), [chosen]);
  const source = useMemo(() => sourceOfPanel(request?.targets), [request?.targets]);
  const initial = initialState(options);

  if (loaded === undefined) {
    if (found.problem !== undefined) {
      return (
        <PanelMessage title="This is not a trace">
          {found.problem} Ask for a trace id, or choose the table visualization for a list.
        </PanelMessage>
      );
    }
    if (state === LoadingState.Loading || state === LoadingState.NotStarted) {
      return <PanelMessage title="Loading the trace" />;
    }
    return state === LoadingState.Error ? (
      // Grafana says what failed, in the corner of the panel.
      <PanelMessage title="No trace">{data.errors?.[0]?.message ?? 'The query failed.'}</PanelMessage>
    ) : (
      <PanelMessage title="No trace">
        Enter a trace id in the query, or a filter of which to show the newest or the slowest match. A longer time range
        may have one.
      </PanelMessage>
    );
  }
  return (
    <div className={styles.panel} style={{ width, height }}>
      {found.traces.length > 1 && (
        <div className={styles.choice}>
          <div className={styles.select}>
            <Combobox
              aria-label="Trace"
              value={chosen?.traceId ?? ''}
              options={found.traces.map(({ traceId, spans }) => ({
                value: traceId,
                label: traceId,
                description: spans === 1 ? '1 span' : `${String(spans)} spans`,
              }))}
              onChange={(option) => setWanted(option.value)}
            />
          </div>
          <span className={styles.count}>{found.traces.length} traces</span>
        </div>
      )}
      <div className={styles.content}>
        <WaterfallContent
          key={JSON.stringify(initial)}
          loaded={loaded}
          options={options}
          initial={initial}
          source={source}
          timeRange={timeRange}
          timeZone={timeZone}
        />
      </div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  panel: css({ display: 'flex', flexDirection: 'column', overflow: 'hidden' }),
  choice: css({
    flex: 'none',
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(1),
    padding: theme.spacing(0.5, 1),
  }),
  select: css({ flex: '0 1 340px', minWidth: 0 }),
  count: css({
    whiteSpace: 'nowrap',
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  content: css({ flex: 1, minHeight: 0 }),
});
