// SPDX-License-Identifier: Apache-2.0
//
// What a foreign node graph says of a node or an edge. Grafana gives its columns meaning for drawing only (main and second
// number, arcs of a ring, details), so their names and units are kept as they are; a rate and a share of failures are taken
// where they can be told.
import type { DataFrame, Field } from '@grafana/data';
import type { GraphWords } from '@tracewell/views';
import { numberOf, textOf } from './frame-columns.ts';

const numbersOfNode: readonly string[] = ['mainstat', 'secondarystat'];

/** Per second, by the unit; undefined if it is no rate. */
const rates: Readonly<Record<string, number>> = {
  reqps: 1,
  rps: 1,
  ops: 1,
  cps: 1,
  wps: 1,
  'r/sec': 1,
  'req/s': 1,
  'r/s': 1,
  reqpm: 1 / 60,
  rpm: 1 / 60,
  opm: 1 / 60,
  cpm: 1 / 60,
};

/** Requests per second, if one of the two numbers has such a unit and this row a value; 0 for a row without one. */
export function rateOf(frame: DataFrame, row: number): number | undefined {
  for (const field of frame.fields) {
    const perSecond = rates[field.config.unit ?? ''];
    if (perSecond !== undefined && numbersOfNode.includes(field.name.toLowerCase())) {
      return (numberOf(valueOf(field, row)) ?? 0) * perSecond;
    }
  }
  return undefined;
}

/** Share of the ring that stands for failures, 0 to 1. */
export function failedShare(frame: DataFrame, row: number): number {
  let share = 0;
  for (const field of frame.fields) {
    if (isArc(field) && /err|fail|fault|throttl/i.test(`${field.name} ${nameOf(field)}`)) {
      share += Math.max(0, numberOf(valueOf(field, row)) ?? 0);
    }
  }
  return Math.min(1, share);
}

/** The row's numbers, texts and shares with their names. */
export function wordsOf(frame: DataFrame, row: number): GraphWords {
  const stats: { name: string; text: string; order?: number }[] = [];
  const short: string[] = [];
  for (const field of frame.fields) {
    const name = field.name.toLowerCase();
    const isNumber = numbersOfNode.includes(name);
    if (!isNumber && name !== 'subtitle' && !isArc(field) && !name.startsWith('detail__')) {
      continue;
    }
    const value = valueOf(field, row);
    const order = numberOf(value);
    const text = isArc(field) && field.config.unit === undefined ? percent(order ?? 0) : formatted(field, value);
    if (text === '') {
      continue;
    }
    stats.push({ name: nameOf(field), text, ...(order === undefined ? {} : { order }) });
    if (isNumber) {
      short.push(text);
    }
  }
  return { short: short.join(' \u00b7 '), stats };
}

function isArc(field: Field): boolean {
  return field.name.startsWith('arc__');
}

function valueOf(field: Field, row: number): unknown {
  const values: readonly unknown[] = field.values;
  return values[row];
}

const plainNames: Readonly<Record<string, string>> = {
  mainstat: 'Main',
  secondarystat: 'Second',
  subtitle: 'About',
};

function nameOf(field: Field): string {
  const given = field.config.displayName ?? '';
  return given === '' ? (plainNames[field.name.toLowerCase()] ?? field.name.replace(/^(?:arc|detail)__/, '')) : given;
}

function percent(share: number): string {
  return `${String(Math.round(share * 1000) / 10)} %`;
}

/** With the field's unit, as Grafana writes it; '' for nothing and for what is not a number where one should be. */
function formatted(field: Field, value: unknown): string {
  const number = numberOf(value);
  if (number === undefined) {
    return textOf(value) === 'NaN' ? '' : textOf(value);
  }
  const shown = field.display?.(value);
  return shown === undefined
    ? String(Math.round(number * 100) / 100)
    : `${shown.prefix ?? ''}${shown.text}${shown.suffix ?? ''}`;
}
