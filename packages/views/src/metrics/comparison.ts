// SPDX-License-Identifier: Apache-2.0
//
// The answer to `compare()` as rows: how many of the selected spans have a value of an attribute, and how many of the others.
import type { MetricsAnswer, MetricsLabel, MetricsSeries } from '../host.ts';
import { labelText } from './labels.ts';

export interface ComparisonRow {
  /** The attribute and its value. */
  readonly label: MetricsLabel;
  readonly value: string;
  /** Spans, and their share of all spans on that side, 0 to 1. */
  readonly selected: number;
  readonly others: number;
  readonly selectedShare: number;
  readonly othersShare: number;
  /** -1 to 1; above 0 if the selection has it more often. */
  readonly difference: number;
}

export interface Comparison {
  /** Greatest difference first. */
  readonly rows: readonly ComparisonRow[];
  /** Spans on either side. */
  readonly selected: number;
  readonly others: number;
  /** Attributes with more values than the store compares. */
  readonly cut: readonly string[];
}

/**
 * Reads an answer over time or of one moment; values of several steps are added up. What the selection itself asks for
 * (`chosenBy`) says nothing new and comes last.
 */
export function compareSides(answer: MetricsAnswer, chosenBy: readonly string[] = []): Comparison {
  const counts = new Map<string, { label: MetricsLabel; selected: number; others: number }>();
  const cut = new Set<string>();
  let selected = 0;
  let others = 0;
  for (const series of answer.series) {
    const label = series.labels.find(({ key }) => !key.startsWith('__'));
    const side = series.labels.find(({ key }) => key === '__meta_type')?.value.value;
    if (label === undefined) {
      continue;
    }
    if (series.labels.some(({ key }) => key === '__meta_error')) {
      cut.add(label.key);
    }
    const count = sumOf(series);
    if (side === 'selection_total' || side === 'baseline_total') {
      // An attribute that every span has, as its kind, gives the number of all spans.
      selected = side === 'selection_total' ? Math.max(selected, count) : selected;
      others = side === 'baseline_total' ? Math.max(others, count) : others;
    } else if ((side === 'selection' || side === 'baseline') && label.value.type !== 'nil') {
      const key = JSON.stringify([label.key, label.value]);
      const row = counts.get(key) ?? { label, selected: 0, others: 0 };
      row[side === 'selection' ? 'selected' : 'others'] += count;
      counts.set(key, row);
    }
  }
  const share = (part: number, whole: number) => (whole <= 0 ? 0 : Math.min(1, part / whole));
  const rows = [...counts.values()].map((row): ComparisonRow => {
    const selectedShare = share(row.selected, selected);
    const othersShare = share(row.others, others);
    return { ...row, value: labelText(row.label), selectedShare, othersShare, difference: selectedShare - othersShare };
  });
  const weight = ({ label, difference }: ComparisonRow) => (chosenBy.includes(label.key) ? -1 : Math.abs(difference));
  rows.sort((a, b) => weight(b) - weight(a) || (a.label.key < b.label.key ? -1 : 1));
  return { rows, selected, others, cut: [...cut].sort() };
}

function sumOf({ values }: MetricsSeries): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}
