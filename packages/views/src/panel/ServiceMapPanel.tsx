// SPDX-License-Identifier: Apache-2.0
//
// The map of a service graph that the host has already, in whatever room there is. A click says more of a service or a
// call, a double click leaves its neighbourhood only.

import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import { useCallback, useMemo, useRef } from 'react';
import type { Host, ServiceGraph } from '../host.ts';
import { servicesRoom } from '../room/room.ts';
import { useSize } from '../room/use-size.ts';
import { useChosen } from '../services/chosen.ts';
import { focusGraph } from '../services/focus.ts';
import { MapLegend } from '../services/MapLegend.tsx';
import { ServiceGraphBody } from '../services/ServiceGraphBody.tsx';
import { PartialNotice } from '../states/index.ts';

interface ServiceMapPanelProps {
  readonly host: Host;
  readonly graph: ServiceGraph;
  /** Length of the range that the graph's counts are of, for rates. */
  readonly seconds: number;
  readonly view?: 'map' | 'table';
  /** Left out when false, although there would be room. */
  readonly legend?: boolean;
}

const getStyles = (theme: GrafanaTheme2) => ({
  panel: css({
    position: 'relative',
    display: 'flex',
    flexDirection: 'column',
    width: '100%',
    height: '100%',
    overflow: 'hidden',
  }),
  legend: css({ flex: 'none', padding: theme.spacing(0, 1, 0.5) }),
  focus: css({ position: 'absolute', left: theme.spacing(1), top: theme.spacing(1), zIndex: 1 }),
});

/** Fills its container, which must have a height. */
export function ServiceMapPanel({ host, graph, seconds, view = 'map', legend = true }: ServiceMapPanelProps) {
  const styles = useStyles2(getStyles);
  const panel = useRef<HTMLDivElement>(null);
  const room = servicesRoom(useSize(panel));
  const { navigation } = host;
  const [chosen, choose] = useChosen(navigation);
  const focus = navigation.params.get('focus') ?? undefined;
  const setFocus = useCallback((id: string | undefined) => navigation.setParams({ focus: id }), [navigation]);
  // The legend explains our numbers.
  const isOurs = useMemo(() => graph.nodes.every(({ words }) => words === undefined), [graph]);
  const shown = useMemo(() => focusGraph(graph, focus, 1), [graph, focus]);
  return (
    <div ref={panel} className={styles.panel}>
      {graph.partial !== undefined && <PartialNotice reason={graph.partial} />}
      {focus !== undefined && (
        <Button
          className={styles.focus}
          size="sm"
          variant="secondary"
          icon="times"
          onClick={() => setFocus(undefined)}
          aria-label="Show all services"
        >
          {graph.nodes.find(({ id }) => id === focus)?.name ?? focus}
        </Button>
      )}
      <ServiceGraphBody
        host={host}
        graph={shown}
        seconds={seconds}
        view={view}
        chosen={chosen}
        onChoose={choose}
        onFocus={setFocus}
        room={room}
      />
      {view === 'map' && legend && room.legend && isOurs && (
        <div className={styles.legend}>
          <MapLegend />
        </div>
      )}
    </div>
  );
}
