// SPDX-License-Identifier: Apache-2.0
//
// Who calls whom. Size is rate, the red part of a ring is the share that failed, width of an edge is traffic, a red
// and dashed edge has errors. Nodes and edges can be reached with Tab; Enter chooses, double click or `f` focuses.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { IconButton, useStyles2, useTheme2 } from '@grafana/ui';
import { useId, useMemo, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { countOf } from '../format/index.ts';
import type { ServiceEdge, ServiceGraph, ServiceNode } from '../host.ts';
import { testIds } from '../test-ids.ts';
import type { Chosen } from './chosen.ts';
import { edgePath } from './edge-route.ts';
import { edgeWidth, nodeRadius } from './map-scale.ts';
import type { Point } from './map-scale.ts';
import { errorShare } from './focus.ts';
import { useLayout } from './layout/use-layout.ts';
import { MapNode } from './MapNode.tsx';
import { describeTraffic } from './traffic-text.ts';
import { usePanZoom } from './use-pan-zoom.ts';

interface Props {
  readonly graph: ServiceGraph;
  readonly seconds: number;
  readonly chosen: Chosen;
  readonly onChoose: (chosen: Chosen) => void;
  readonly onFocus: (node: string) => void;
  readonly createWorker?: () => Worker;
}

export function ServiceMap({ graph, seconds, chosen, onChoose, onFocus, createWorker }: Props) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  // Of this map: two on one page must not share what the page finds by id.
  const arrow = `tracewell-arrow-${useId()}`;
  const place = useRef<SVGSVGElement>(null);
  const input = useMemo(() => {
    // Sorted, so that the order in which the store answers does not move anything.
    const nodes = graph.nodes.map(({ id }) => id).sort();
    const index = new Map(nodes.map((id, position) => [id, position]));
    const edges = graph.edges
      .map(({ client, server }) => [index.get(client) ?? -1, index.get(server) ?? -1] as const)
      .filter(([from, to]) => from >= 0 && to >= 0)
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    return { nodes, edges };
  }, [graph]);
  const laid = useLayout(input, createWorker);
  const { view, fit, zoomBy, handlers } = usePanZoom(place, laid?.result);

  const places = useMemo(() => {
    const result = new Map<string, Point>();
    laid?.input.nodes.forEach((id, index) => {
      result.set(id, { x: laid.result.x[index] ?? 0, y: laid.result.y[index] ?? 0 });
    });
    return result;
  }, [laid]);
  const routes = useMemo(() => {
    const result = new Map<string, readonly Point[]>();
    laid?.input.edges.forEach(([from, to], index) => {
      const key = edgeKey(laid.input.nodes[from] ?? '', laid.input.nodes[to] ?? '');
      const route = laid.result.routes[index];
      if (route !== undefined) {
        result.set(key, route);
      }
    });
    return result;
  }, [laid]);
  const mostNode = Math.max(1, ...graph.nodes.map(({ requests }) => requests));
  const mostEdge = Math.max(1, ...graph.edges.map(({ requests }) => requests));
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const chosenNode = chosen !== undefined && 'node' in chosen ? chosen.node : undefined;
  const near = neighbourhood(graph, chosenNode);

  const edgeKeys = (edge: ServiceEdge) => (event: KeyboardEvent) => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onChoose({ edge: [edge.client, edge.server] });
    }
  };

  return (
    <div className={styles.frame}>
      <svg
        ref={place}
        className={styles.map}
        {...handlers}
        onClick={(event) => event.target === place.current && onChoose(undefined)}
        data-testid={testIds.services.map}
        role="group"
        aria-label="Service map"
      >
        <defs>
          <marker
            id={arrow}
            viewBox="0 0 8 8"
            refX="4"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path d="M0 0L8 4L0 8z" fill="context-stroke" />
          </marker>
        </defs>
        <g transform={`translate(${String(view.x)} ${String(view.y)}) scale(${String(view.scale)})`}>
          {graph.edges.map((edge) => {
            const from = places.get(edge.client);
            const to = places.get(edge.server);
            const client = nodes.get(edge.client);
            const server = nodes.get(edge.server);
            if (from === undefined || to === undefined || client === undefined || server === undefined) {
              return null;
            }
            const path = edgePath(
              { ...from, radius: nodeRadius(client.requests, mostNode) + 4 },
              { ...to, radius: nodeRadius(server.requests, mostNode) + 4 },
              routes.get(edgeKey(edge.client, edge.server))
            );
            const failing = errorShare(edge) >= 0.001;
            const isChosen =
              chosen !== undefined &&
              'edge' in chosen &&
              chosen.edge[0] === edge.client &&
              chosen.edge[1] === edge.server;
            const faint = near !== undefined && !(chosenNode === edge.client || chosenNode === edge.server);
            return (
              <g
                key={`${edgeKey(edge.client, edge.server)}\u0000${edge.kind}`}
                className={styles.edge}
                tabIndex={0}
                role="button"
                aria-label={`${client.name} calls ${server.name}: ${describeTraffic(edge, seconds)}`}
                data-testid={testIds.services.edge}
                data-edge={`${client.name} ${server.name}`}
                onClick={() => onChoose({ edge: [edge.client, edge.server] })}
                onKeyDown={edgeKeys(edge)}
                opacity={faint ? 0.25 : 1}
              >
                <title>{`${client.name} \u2192 ${server.name}\n${describeTraffic(edge, seconds)}`}</title>
                <path d={path} stroke="transparent" strokeWidth={14} fill="none" />
                <path
                  className="line"
                  d={path}
                  fill="none"
                  stroke={
                    isChosen
                      ? theme.colors.primary.border
                      : failing
                        ? theme.colors.error.main
                        : theme.colors.text.disabled
                  }
                  strokeWidth={edgeWidth(edge.requests, mostEdge)}
                  strokeDasharray={failing ? '6 3' : undefined}
                  markerEnd={`url(#${arrow})`}
                />
              </g>
            );
          })}
          {graph.nodes.map((node) => {
            const at = places.get(node.id);
            return at === undefined ? null : (
              <MapNode
                key={node.id}
                node={node}
                at={at}
                radius={nodeRadius(node.requests, mostNode)}
                scale={view.scale}
                seconds={seconds}
                chosen={node.id === chosenNode}
                faint={near !== undefined && !near.has(node.id)}
                onChoose={() => onChoose({ node: node.id })}
                onFocus={() => onFocus(node.id)}
              />
            );
          })}
        </g>
      </svg>
      {laid === undefined && graph.nodes.length > 0 && (
        <div className={styles.waiting}>Placing {countOf(graph.nodes.length, 'node')}</div>
      )}
      <div className={styles.tools}>
        <IconButton name="search-plus" aria-label="Zoom in" tooltip="Zoom in" onClick={() => zoomBy(1.3)} />
        <IconButton name="search-minus" aria-label="Zoom out" tooltip="Zoom out" onClick={() => zoomBy(1 / 1.3)} />
        <IconButton name="expand-arrows-alt" aria-label="Show all" tooltip="Show all" onClick={fit} />
      </div>
    </div>
  );
}

function edgeKey(client: string, server: string): string {
  return `${client}\u0000${server}`;
}

function neighbourhood(graph: ServiceGraph, id: ServiceNode['id'] | undefined): ReadonlySet<string> | undefined {
  if (id === undefined) {
    return undefined;
  }
  const near = new Set([id]);
  for (const { client, server } of graph.edges) {
    if (client === id) {
      near.add(server);
    }
    if (server === id) {
      near.add(client);
    }
  }
  return near;
}

function getStyles(theme: GrafanaTheme2) {
  return {
    frame: css({ position: 'relative', flex: '1 1 0', minWidth: 0, minHeight: 0, display: 'flex' }),
    map: css({
      flex: 1,
      width: '100%',
      height: '100%',
      cursor: 'grab',
      touchAction: 'none',
      '&:active': { cursor: 'grabbing' },
    }),
    edge: css({
      cursor: 'pointer',
      outline: 'none',
      '&:hover .line, &:focus-visible .line': { stroke: theme.colors.primary.border },
    }),
    waiting: css({
      position: 'absolute',
      inset: 0,
      display: 'flex',
      alignItems: 'center',
      justifyContent: 'center',
      color: theme.colors.text.secondary,
      pointerEvents: 'none',
    }),
    tools: css({
      position: 'absolute',
      right: theme.spacing(1),
      bottom: theme.spacing(1),
      display: 'flex',
      gap: theme.spacing(1),
      padding: theme.spacing(0.5),
      borderRadius: theme.shape.radius.default,
      background: theme.colors.background.primary,
    }),
  };
}
