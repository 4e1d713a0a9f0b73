// SPDX-License-Identifier: Apache-2.0
//
// Looks of the waterfall, from the theme's tokens. One style sheet for all rows: rows get classes and positions only.

import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ownBoxSizing } from '../rows/own-box-sizing.ts';

export const ROW_HEIGHT = 24;
export const HEADER_HEIGHT = 28;
export const INDENT = 12;

export function waterfallStyles(theme: GrafanaTheme2) {
  const line = theme.colors.border.weak;
  return {
    wrapper: css({
      position: 'relative',
      flex: 1,
      minHeight: 120,
      minWidth: 0,
      display: 'flex',
      fontSize: theme.typography.bodySmall.fontSize,
    }),
    grid: css({
      flex: 1,
      minWidth: 0,
      overflowY: 'scroll',
      overflowX: 'hidden',
      overscrollBehavior: 'contain',
      borderTop: `1px solid ${line}`,
      fontVariantNumeric: 'tabular-nums',
      ...ownBoxSizing,
      '&:focus': { outline: 'none' },
      '&:focus-visible': { boxShadow: `inset 0 0 0 1px ${theme.colors.primary.border}` },
    }),
    head: css({
      position: 'sticky',
      top: 0,
      zIndex: 2,
      display: 'flex',
      height: HEADER_HEIGHT,
      lineHeight: `${HEADER_HEIGHT - 1}px`,
      background: theme.colors.background.primary,
      borderBottom: `1px solid ${line}`,
      color: theme.colors.text.secondary,
    }),
    headTree: css({ flex: 'none', paddingLeft: theme.spacing(1), display: 'flex', gap: 4 }),
    headTitle: css({
      flex: '0 1 auto',
      minWidth: 0,
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      whiteSpace: 'nowrap',
    }),
    headTools: css({ marginLeft: 'auto', display: 'flex', alignItems: 'center', paddingRight: theme.spacing(1) }),
    axis: css({ position: 'relative', flex: 1, cursor: 'col-resize', overflow: 'hidden', userSelect: 'none' }),
    tickLabel: css({ position: 'absolute', top: 0, paddingLeft: 4, whiteSpace: 'nowrap', pointerEvents: 'none' }),
    brush: css({
      position: 'absolute',
      top: 0,
      bottom: 0,
      background: theme.colors.primary.transparent,
      border: `1px solid ${theme.colors.primary.border}`,
      pointerEvents: 'none',
    }),
    lines: css({ position: 'sticky', top: HEADER_HEIGHT, height: 0, zIndex: 0, pointerEvents: 'none' }),
    tickLine: css({ position: 'absolute', top: 0, width: 1, background: line }),
    body: css({ position: 'relative', overflow: 'hidden' }),
    row: css({
      position: 'absolute',
      left: 0,
      right: 0,
      top: 0,
      height: ROW_HEIGHT,
      lineHeight: `${ROW_HEIGHT}px`,
      display: 'flex',
      cursor: 'pointer',
      contain: 'strict',
      '&:hover': { background: theme.colors.action.hover },
    }),
    matched: css({ background: theme.colors.warning.transparent }),
    selected: css({
      background: theme.colors.action.selected,
      boxShadow: `inset 2px 0 0 ${theme.colors.primary.border}`,
      '&:hover': { background: theme.colors.action.selected },
    }),
    tree: css({
      position: 'relative',
      flex: 'none',
      display: 'flex',
      alignItems: 'center',
      overflow: 'hidden',
      whiteSpace: 'nowrap',
      borderRight: `1px solid ${line}`,
    }),
    guides: css({
      flex: 'none',
      height: '100%',
      marginLeft: 8,
      backgroundImage: `linear-gradient(to right, ${theme.colors.border.medium} 1px, transparent 1px)`,
      backgroundSize: `${INDENT}px 100%`,
      backgroundPosition: '5px 0',
    }),
    toggle: css({
      flex: 'none',
      width: 16,
      height: '100%',
      padding: 0,
      border: 0,
      background: 'transparent',
      color: theme.colors.text.secondary,
      display: 'flex',
      alignItems: 'center',
      justifyContent: 'center',
      '&:hover': { color: theme.colors.text.maxContrast },
    }),
    service: css({ flex: 'none', width: 3, height: 14, borderRadius: 1, marginRight: 6 }),
    serviceName: css({
      flex: '0 1 auto',
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      color: theme.colors.text.primary,
    }),
    name: css({
      flex: '0 1 auto',
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      color: theme.colors.text.secondary,
      marginLeft: 6,
    }),
    nameSelected: css({ color: theme.colors.text.primary }),
    count: css({
      flex: 'none',
      marginLeft: 6,
      padding: '0 5px',
      height: 16,
      lineHeight: '16px',
      borderRadius: theme.shape.radius.pill,
      background: theme.colors.background.secondary,
      border: `1px solid ${theme.colors.border.medium}`,
      color: theme.colors.text.primary,
    }),
    below: css({ flex: 'none', marginLeft: 6, color: theme.colors.text.secondary }),
    error: css({ flex: 'none', marginLeft: 6, color: theme.colors.error.text }),
    hint: css({ flex: 'none', marginLeft: 6, color: theme.colors.warning.text }),
    dim: css({ '& span': { color: theme.colors.text.secondary }, '& [data-time] svg': { opacity: 0.45 } }),
    time: css({ position: 'relative', flex: 1, minWidth: 0, overflow: 'hidden' }),
    bars: css({ position: 'absolute', inset: 0, display: 'block' }),
    label: css({ fill: theme.colors.text.primary, fontSize: theme.typography.bodySmall.fontSize }),
    labelBack: css({ fill: theme.colors.background.primary }),
    labelError: css({ fill: theme.colors.error.text, stroke: 'none' }),
    labelErrorMark: css({ fill: 'none', stroke: theme.colors.background.primary, strokeWidth: 1.5 }),
    // For screen readers only: what the drawing says.
    spoken: css({ position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' }),
    resizer: css({
      position: 'absolute',
      top: 0,
      bottom: 0,
      width: 8,
      zIndex: 3,
      cursor: 'col-resize',
      '&:hover, &:focus-visible': { background: theme.colors.primary.transparent, outline: 'none' },
    }),
    critical: theme.colors.text.maxContrast,
    event: theme.colors.text.primary,
  };
}

export type WaterfallStyles = ReturnType<typeof waterfallStyles>;
