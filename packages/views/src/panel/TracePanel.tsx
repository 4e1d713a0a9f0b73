// SPDX-License-Identifier: Apache-2.0
//
// A trace that the host has already, in whatever room there is: nothing is asked for, the focus is left where it is.

import { css } from '@emotion/css';
import { useStyles2 } from '@grafana/ui';
import type { Host, TraceData } from '../host.ts';
import type { TraceParts } from '../room/room.ts';
import { TraceView } from '../trace/TraceView.tsx';

interface TracePanelProps {
  readonly host: Host;
  readonly trace: TraceData;
  /** What to leave out although there would be room. */
  readonly parts?: TraceParts;
}

const getStyles = () => ({
  panel: css({ display: 'flex', width: '100%', height: '100%', overflow: 'hidden' }),
});

/** Fills its container, which must have a height. */
export function TracePanel({ host, trace, parts }: TracePanelProps) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.panel}>
      <TraceView host={host} traceId={trace.trace.traceId} trace={trace} parts={parts} embedded />
    </div>
  );
}
