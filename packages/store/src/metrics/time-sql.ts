// SPDX-License-Identifier: Apache-2.0
//
// Windows of metrics in SQL; see `MetricsWindow` for what they mean.

import { bucketOf, type MetricsWindow } from '@tracewell/traceql';
import { sqlAnd } from '../plan/predicate.ts';
import { sqlInteger } from '../plan/sql-text.ts';

export type { MetricsWindow } from '@tracewell/traceql';

const MAX_TIME = (1n << 64n) - 1n;

/** Which spans start in a window; FALSE if none can. */
export function withinSql({ start, end, step }: MetricsWindow): string {
  const first = step === undefined ? start : start + 1n;
  if (end < 0n || first > MAX_TIME) {
    return 'FALSE';
  }
  return sqlAnd(
    first <= 0n ? 'TRUE' : `start_ns >= ${sqlInteger(first, 'UBIGINT')}`,
    end >= MAX_TIME ? 'TRUE' : `start_ns <= ${sqlInteger(end, 'UBIGINT')}`
  );
}

/** The bucket of a span that starts in the window. */
export function bucketSql({ start, step }: MetricsWindow): string {
  if (step === undefined) {
    return '0::UINTEGER';
  }
  const first = start + 1n;
  const offset =
    first >= 0n ? `(start_ns - ${sqlInteger(first, 'UBIGINT')})` : `(start_ns::HUGEINT + ${-first}::HUGEINT)`;
  return `(${offset} // ${first >= 0n ? sqlInteger(step, 'UBIGINT') : `${step}::HUGEINT`})::UINTEGER`;
}

/** The same for one span. */
export function bucketOfStart(window: MetricsWindow, start: bigint): number {
  return bucketOf(window, start) ?? 0;
}
