// SPDX-License-Identifier: Apache-2.0
//
// One node of the map. An instrumented service is a disc in its colour; what is only known from its callers (a
// database, a queue, an outside address, people) is a pale disc with a sign in it.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import type { KeyboardEvent } from 'react';
import type { ServiceNode } from '../host.ts';
import { testIds } from '../test-ids.ts';
import { serviceColor, serviceMark } from '../theme/index.ts';
import { errorShare } from './focus.ts';
import { arcPath, labelScale } from './map-scale.ts';
import type { Point } from './map-scale.ts';
import { formatShare } from '../format/index.ts';
import { describeTraffic, shortTraffic } from './traffic-text.ts';

interface Props {
  readonly node: ServiceNode;
  readonly at: Point;
  readonly radius: number;
  /** At which the map is shown. */
  readonly scale: number;
  readonly seconds: number;
  readonly chosen: boolean;
  readonly faint: boolean;
  readonly onChoose: () => void;
  readonly onFocus: () => void;
}

/** Signs drawn in a box of 16 x 16 around the origin. */
const signs: Readonly<Record<Exclude<ServiceNode['kind'], 'service'>, string>> = {
  database: 'M-6 -5C-6 -8 6 -8 6 -5V5C6 8 -6 8 -6 5ZM-6 -5C-6 -2 6 -2 6 -5M-6 0C-6 3 6 3 6 0',
  messaging: 'M-8 -5H8V5H-8ZM-8 -5L0 2L8 -5',
  external: 'M0 -7A7 7 0 1 0 0.01 -7M-7 0H7M0 -7C-4 -3 -4 3 0 7M0 -7C4 -3 4 3 0 7',
  user: 'M0 -7A3.5 3.5 0 1 0 0.01 -7M-6 7C-6 1 6 1 6 7',
};

const labelLength = 18;

export function MapNode({ node, at, radius, scale, seconds, chosen, faint, onChoose, onFocus }: Props) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const share = errorShare(node);
  const text = describeTraffic(node, seconds);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onChoose();
    } else if (event.key === 'f') {
      onFocus();
    }
  };
  const { factor, nameOnly } = labelScale(scale);
  // Larger letters get fewer, so that labels stay within their column.
  const most = Math.round(labelLength / Math.sqrt(factor));
  const label = node.name.length > most ? `${node.name.slice(0, most - 1)}\u2026` : node.name;
  return (
    <g
      className={styles.node}
      transform={`translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})`}
      tabIndex={0}
      role="button"
      aria-pressed={chosen}
      aria-label={`${node.kind} ${node.name}: ${text}`}
      data-testid={testIds.services.node}
      data-node={node.name}
      opacity={faint ? 0.3 : 1}
      onClick={onChoose}
      onDoubleClick={onFocus}
      onKeyDown={onKeyDown}
    >
      <title>{`${node.name}\n${text}`}</title>
      {node.kind === 'service' ? (
        <>
          <circle r={radius} fill={serviceColor(node.name, theme)} />
          <path
            d={cuts(serviceMark(node.name), radius)}
            stroke={theme.colors.background.canvas}
            strokeWidth={radius / 7}
          />
        </>
      ) : (
        <>
          <circle
            r={radius}
            fill={theme.colors.background.secondary}
            stroke={theme.colors.border.strong}
            strokeDasharray="3 2"
          />
          <path d={signs[node.kind]} fill="none" stroke={theme.colors.text.secondary} strokeWidth={1.3} />
        </>
      )}
      <circle
        className="ring"
        r={radius + 3}
        fill="none"
        strokeWidth={chosen ? 2.5 : 1.5}
        stroke={chosen ? theme.colors.primary.border : theme.colors.border.medium}
      />
      <path d={arcPath(radius + 3, share)} fill="none" stroke={theme.colors.error.main} strokeWidth={4} />
      <text className={styles.name} y={radius + 5 + 12 * factor} fontSize={12 * factor} textAnchor="middle">
        {label}
      </text>
      {!nameOnly && (
        <text className={styles.text} y={radius + 5 + 25 * factor} fontSize={11 * factor} textAnchor="middle">
          {shortTraffic(node, seconds)}
        </text>
      )}
      {share > 0 && (
        <text className={styles.errors} x={radius + 7} y={-radius + 2} fontSize={11 * factor}>
          {formatShare(node.errors, node.requests)}
        </text>
      )}
    </g>
  );
}

/** The mark of a service across its disc, as an SVG path: cut as its swatch is. */
function cuts(mark: number, radius: number): string {
  const places = [[], [0], [-0.4, 0.4]][mark] ?? [];
  return places
    .map((place) => {
      const half = radius * Math.sqrt(1 - place * place);
      return `M${(-half).toFixed(1)} ${(place * radius).toFixed(1)}H${half.toFixed(1)}`;
    })
    .join('');
}

function getStyles(theme: GrafanaTheme2) {
  // The halo keeps labels readable where an edge passes below them.
  const halo = { paintOrder: 'stroke', stroke: theme.colors.background.canvas, strokeWidth: 3 } as const;
  return {
    node: css({
      cursor: 'pointer',
      outline: 'none',
      '&:hover .ring, &:focus-visible .ring': { stroke: theme.colors.primary.border, strokeWidth: 2.5 },
    }),
    name: css({
      ...halo,
      fontWeight: theme.typography.fontWeightMedium,
      fill: theme.colors.text.primary,
    }),
    errors: css({ ...halo, fill: theme.colors.error.text, fontVariantNumeric: 'tabular-nums' }),
    text: css({ ...halo, fill: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums' }),
  };
}
