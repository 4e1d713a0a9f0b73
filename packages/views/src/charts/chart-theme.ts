// SPDX-License-Identifier: Apache-2.0
//
// Grafana's theme for uPlot: axes, grid and fonts, and the two colours that mean something in a chart.
import type { GrafanaTheme2 } from '@grafana/data';
import type uPlot from 'uplot';

/** Colour of work that went well; errors are the theme's error colour. Both carry a label beside them. */
export function okColor(theme: GrafanaTheme2): string {
  return theme.visualization.getColorByName(theme.isDark ? 'blue' : 'dark-blue');
}

export function errorColor(theme: GrafanaTheme2): string {
  return theme.colors.error.main;
}

/** A diamond above a chart that leads to an example; `outline` sets it off from what it lies on. */
export function dotStyle(theme: GrafanaTheme2, outline: string) {
  return {
    position: 'absolute',
    width: 9,
    height: 9,
    marginLeft: -4.5,
    marginTop: -4.5,
    transform: 'rotate(45deg)',
    border: `1px solid ${outline}`,
    background: theme.colors.text.primary,
    // Above uPlot's overlay, which catches the mouse for the selection.
    zIndex: 1,
    '&:hover, &:focus-visible': {
      transform: 'rotate(45deg) scale(1.5)',
      outline: `2px solid ${theme.colors.primary.border}`,
    },
  } as const;
}

/** An axis in the theme's colours; `size` in pixels. */
export function themedAxis(theme: GrafanaTheme2, axis: uPlot.Axis): uPlot.Axis {
  const font = `11px ${theme.typography.fontFamily}`;
  const line = { show: true, stroke: theme.colors.border.weak, width: 1 };
  return { stroke: theme.colors.text.secondary, font, grid: line, ticks: { ...line, size: 4 }, gap: 4, ...axis };
}
