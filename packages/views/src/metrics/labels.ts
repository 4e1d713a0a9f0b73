// SPDX-License-Identifier: Apache-2.0
//
// What a series is called, in legends and in Grafana's frames.
import type { MetricsLabel } from '../host.ts';

/** Labels that say what of the answer a series is, and not which spans it is about. */
export const ownLabels: ReadonlySet<string> = new Set(['__name__', '__bucket', 'p', '__meta_type', '__meta_error']);

/** A label's value as people read it. */
export function labelText({ value }: MetricsLabel): string {
  return value.type === 'nil' ? '(none)' : value.value === '' ? '(empty)' : value.value;
}

/**
 * A name for a series. One label is its value alone, several are pairs; a quantile says which. `format` replaces what
 * stands in double braces by the value of that label: `{{resource.service.name}} errors`.
 */
export function seriesName(labels: readonly MetricsLabel[], format = ''): string {
  if (format.trim() !== '') {
    return format.replace(/\{\{\s*(.+?)\s*\}\}/g, (_, key: string) => {
      const label = labels.find((one) => one.key === key || one.key === key.replace(/^\./, ''));
      return label === undefined ? '' : labelText(label);
    });
  }
  const quantile = labels.find(({ key }) => key === 'p');
  const others = labels.filter(({ key }) => key !== 'p' && key !== '__name__');
  const [first] = others;
  const name =
    first === undefined
      ? quantile === undefined
        ? (labels.find(({ key }) => key === '__name__')?.value.value ?? 'value')
        : ''
      : others.length === 1
        ? labelText(first)
        : others.map((label) => `${shortKey(label.key)}=${labelText(label)}`).join(', ');
  return [name, ...(quantile === undefined ? [] : [quantileName(quantile.value.value)])]
    .filter((part) => part !== '')
    .join(' ');
}

/** `p99` of `0.99`. */
export function quantileName(p: string): string {
  const percent = Number(p) * 100;
  return Number.isFinite(percent) ? `p${String(Number(percent.toFixed(3)))}` : `p=${p}`;
}

function shortKey(key: string): string {
  return key.replace(/^(?:resource|span|event|link|instrumentation)?\./, '');
}
