// SPDX-License-Identifier: Apache-2.0
//
// Order and colours of the series of a chart. A service has its colour, an error the colour of errors; everything else gets
// colours of the same palette that its neighbours do not have, by its name, so that it keeps its colour at the next refresh.
import type { GrafanaTheme2 } from '@grafana/data';
import { errorColor } from '../charts/chart-theme.ts';
import type { MetricsAnswer, MetricsSeries } from '../host.ts';
import { serviceColor, serviceColorIndex, servicePalette } from '../theme/index.ts';
import { ownLabels, seriesName } from './labels.ts';

export interface ShownSeries {
  readonly series: MetricsSeries;
  readonly name: string;
  readonly color: string;
  readonly last: number | undefined;
  readonly mean: number | undefined;
  readonly greatest: number | undefined;
}

/** The series with their looks, greatest mean first. */
export function lookOf(answer: MetricsAnswer, theme: GrafanaTheme2): readonly ShownSeries[] {
  const plain = answer.series.map((series) => ({ series, name: seriesName(series.labels), ...statsOf(series) }));
  plain.sort((a, b) => (b.mean ?? -Infinity) - (a.mean ?? -Infinity) || (a.name < b.name ? -1 : 1));
  const colors = colorsOf(
    plain.map(({ series, name }) => ({ series, name })),
    theme
  );
  return plain.map((one, index) => ({ ...one, color: colors[index] ?? theme.colors.text.secondary }));
}

function statsOf({ values }: MetricsSeries): Pick<ShownSeries, 'last' | 'mean' | 'greatest'> {
  let sum = 0;
  let count = 0;
  let last: number | undefined;
  let greatest: number | undefined;
  for (const value of values) {
    if (value !== undefined) {
      sum += value;
      count += 1;
      last = value;
      greatest = greatest === undefined ? value : Math.max(greatest, value);
    }
  }
  return { last, mean: count === 0 ? undefined : sum / count, greatest };
}

function colorsOf(all: readonly { series: MetricsSeries; name: string }[], theme: GrafanaTheme2): string[] {
  const palette = theme.isDark ? servicePalette.dark : servicePalette.light;
  const taken = new Set<string>();
  const fixed = all.map(({ series }) => fixedColor(series, theme));
  fixed.forEach((color) => color !== undefined && taken.add(color));
  return all.map(({ name }, index) => {
    const own = fixed[index];
    if (own !== undefined) {
      return own;
    }
    const start = serviceColorIndex(name);
    const free = palette.findIndex((_, step) => !taken.has(palette[(start + step) % palette.length] ?? ''));
    const color = palette[(start + Math.max(0, free)) % palette.length] ?? theme.colors.text.secondary;
    taken.add(color);
    return color;
  });
}

/** The colour that a series has everywhere; undefined if it has none. */
function fixedColor({ labels }: MetricsSeries, theme: GrafanaTheme2): string | undefined {
  const [label, ...more] = labels.filter(({ key }) => !ownLabels.has(key));
  if (label === undefined || more.length > 0 || labels.some(({ key }) => key === 'p')) {
    return undefined;
  }
  if (/^(?:span:)?status$/.test(label.key) && label.value.value === 'error') {
    return errorColor(theme);
  }
  return /^(?:resource)?\.service\.name$/.test(label.key) || label.key === 'rootServiceName'
    ? serviceColor(label.value.value, theme)
    : undefined;
}
