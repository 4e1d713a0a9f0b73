// SPDX-License-Identifier: Apache-2.0
//
// A service graph as a map or a table, with what is said of the chosen service or call: the same in the page and in a panel.
import { css } from '@emotion/css';
import { useStyles2 } from '@grafana/ui';
import type { KeyboardEventHandler } from 'react';
import type { Host, ServiceGraph } from '../host.ts';
import type { ServicesRoom } from '../room/room.ts';
import type { Chosen } from './chosen.ts';
import { ServiceMap } from './ServiceMap.tsx';
import { ServicePanel } from './ServicePanel.tsx';
import { ServiceTable } from './ServiceTable.tsx';

interface Props {
  readonly host: Host;
  readonly graph: ServiceGraph;
  /** Length of the range that the graph's counts are of, for rates. */
  readonly seconds: number;
  readonly view: 'map' | 'table';
  readonly chosen: Chosen;
  readonly onChoose: (chosen: Chosen) => void;
  readonly onFocus: (node: string | undefined) => void;
  readonly room: ServicesRoom;
}

/** Takes the height that its container leaves. */
export function ServiceGraphBody({ host, graph, seconds, view, chosen, onChoose, onFocus, room }: Props) {
  const styles = useStyles2(getStyles);
  const leaveChoice: KeyboardEventHandler = (event) => {
    if (event.key === 'Escape' && chosen !== undefined) {
      onChoose(undefined);
    }
  };
  return (
    <div className={styles.body} onKeyDown={leaveChoice}>
      {view === 'map' ? (
        <ServiceMap
          graph={graph}
          seconds={seconds}
          chosen={chosen}
          onChoose={onChoose}
          onFocus={onFocus}
          createWorker={host.createLayoutWorker}
        />
      ) : (
        <ServiceTable
          nodes={graph.nodes}
          seconds={seconds}
          chosen={chosen !== undefined && 'node' in chosen ? chosen.node : undefined}
          onChoose={(node) => onChoose({ node })}
        />
      )}
      {chosen !== undefined && (
        <ServicePanel
          host={host}
          graph={graph}
          chosen={chosen}
          seconds={seconds}
          over={room.panel === 'over'}
          onChoose={onChoose}
          onFocus={onFocus}
        />
      )}
    </div>
  );
}

const getStyles = () => ({
  body: css({ position: 'relative', display: 'flex', flex: 1, minHeight: 0 }),
});
