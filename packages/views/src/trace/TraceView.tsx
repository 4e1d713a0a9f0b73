// SPDX-License-Identifier: Apache-2.0
//
// The trace view for its hosts: asks for the trace and shows it, or says why it cannot. While another trace is on its way
// the one before stays.

import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useAnswer } from '../data/use-answer.ts';
import type { Host, TraceData } from '../host.ts';
import type { TraceParts } from '../room/room.ts';
import { CancelledNotice, ErrorNotice, PartialNotice, Progress } from '../states/index.ts';
import { NotFound } from './NotFound.tsx';
import { TracePage } from './TracePage.tsx';

interface TraceViewProps {
  readonly host: Host;
  /** Asked for through the host's data port; upper case and dashes are allowed. */
  readonly traceId: string;
  /** A trace that the host has already; nothing is asked for then. */
  readonly trace?: TraceData;
  /** One of several things on a page: does not take the focus, and leaves parts out where room is short. */
  readonly embedded?: boolean;
  /** What to leave out although there would be room. */
  readonly parts?: TraceParts;
}

function getStyles(theme: GrafanaTheme2) {
  return {
    view: css({
      position: 'relative',
      display: 'flex',
      flexDirection: 'column',
      flex: '1 1 0',
      minHeight: 0,
      minWidth: 0,
    }),
    notice: css({ padding: theme.spacing(1, 2, 0), flex: 'none' }),
    waiting: css({ padding: theme.spacing(4), textAlign: 'center', color: theme.colors.text.secondary }),
  };
}

/** The view of one trace. */
export function TraceView({ host, traceId, trace: given, embedded = false, parts }: TraceViewProps) {
  const styles = useStyles2(getStyles);
  const answer = useAnswer(given === undefined && traceId !== '' ? traceId : undefined, async (signal) => ({
    traceId,
    data: await host.data.trace(traceId, signal),
  }));
  // Asked for while the trace is on its way, so that the page knows from the beginning what it has.
  const capabilities = useAnswer('capabilities', (signal) => host.data.capabilities(signal));
  const comparable = capabilities.value?.features.has('red') ?? capabilities.loading;
  const data = given ?? answer.value?.data;
  // Nothing found for the id that is asked for now; a "not found" of the id before says nothing.
  const missing =
    given === undefined &&
    (traceId === '' || (answer.value?.traceId === traceId && data === undefined)) &&
    !answer.loading;
  return (
    <div className={styles.view}>
      <Progress loading={answer.loading} onCancel={answer.cancel} label="Loading the trace" />
      {answer.error !== undefined && (
        <div className={styles.notice}>
          <ErrorNotice title="The trace could not be loaded" error={answer.error} onRetry={answer.retry} />
        </div>
      )}
      {answer.cancelled && (
        <div className={styles.notice}>
          <CancelledNotice onRetry={answer.retry} kept={data !== undefined} />
        </div>
      )}
      {data?.partial !== undefined && (
        <div className={styles.notice}>
          <PartialNotice title="This trace is not complete" reason={data.partial} />
        </div>
      )}
      {data !== undefined && data.trace.length > 0 && (
        <TracePage
          key={data.trace.traceId}
          trace={data.trace}
          host={host}
          embedded={embedded}
          parts={parts}
          comparable={comparable}
        />
      )}
      {(missing || data?.trace.length === 0) && answer.error === undefined && (
        <NotFound host={host} traceId={traceId} onRetry={answer.retry} />
      )}
      {data === undefined && answer.loading && <div className={styles.waiting}>Trace {traceId}</div>}
    </div>
  );
}
