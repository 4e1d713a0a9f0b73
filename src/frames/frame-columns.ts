// SPDX-License-Identifier: Apache-2.0
//
// Cells of a data frame by the name of their column, whatever the frame's author put into them: a column may be missing, a
// cell may be null or of another type.
import type { DataFrame, Field } from '@grafana/data';

export interface Columns {
  /** The column of this name, in any case; undefined if there is none. */
  readonly field: (name: string) => Field | undefined;
  readonly cell: (name: string, row: number) => unknown;
  /** '' for what is not text or a number. */
  readonly text: (name: string, row: number) => string;
  /** Undefined for what is not a finite number; texts that say one count. */
  readonly number: (name: string, row: number) => number | undefined;
}

/** Cells of `frame`. */
export function columnsOfFrame(frame: DataFrame): Columns {
  const byName = new Map<string, Field>();
  for (const field of frame.fields) {
    const name = field.name.toLowerCase();
    if (!byName.has(name)) {
      byName.set(name, field);
    }
  }
  const field = (name: string): Field | undefined => byName.get(name.toLowerCase());
  const cell = (name: string, row: number): unknown => {
    const values: readonly unknown[] | undefined = field(name)?.values;
    return values?.[row];
  };
  return {
    field,
    cell,
    text: (name, row) => textOf(cell(name, row)),
    number: (name, row) => numberOf(cell(name, row)),
  };
}

/** '' for what is not text or a number. */
export function textOf(value: unknown): string {
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'bigint'
      ? String(value)
      : '';
}

/** Undefined for what is not a finite number; texts that say one count. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
