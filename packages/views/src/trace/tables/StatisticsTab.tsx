// SPDX-License-Identifier: Apache-2.0
//
// What each operation of the trace cost, sortable; a click selects its slowest span.

import { useMemo } from 'react';
import { operationStatistics } from '@tracewell/analysis';
import { durationColumnUnit, formatCount, formatDurationIn, formatShare } from '../../format/index.ts';
import type { TraceModel } from '../state/use-trace-model.ts';
import { traceTestIds } from '../test-ids.ts';
import { ErrorCount } from './ErrorCount.tsx';
import { ServiceName } from './ServiceName.tsx';
import { VirtualTable, type Column } from './VirtualTable.tsx';

/** Statistics per service and operation. */
export function StatisticsTab({ model }: { readonly model: TraceModel }) {
  const { trace, analysis, showSpan } = model;
  const statistics = useMemo(() => operationStatistics(trace, analysis.selfTimes), [trace, analysis]);
  const rows = useMemo(() => Uint32Array.from(statistics, (_, index) => index), [statistics]);
  const columns = useMemo((): Column[] => {
    const totalUnit = durationColumnUnit(statistics.map((s) => s.total));
    const selfUnit = durationColumnUnit(statistics.map((s) => s.self));
    const averageUnit = durationColumnUnit(statistics.map((s) => s.average));
    const maxUnit = durationColumnUnit(statistics.map((s) => s.max));
    const allSelf = statistics.reduce((sum, s) => sum + s.self, 0);
    const number = (
      id: string,
      title: string,
      value: (s: (typeof statistics)[number]) => number,
      text: (n: number) => string,
      hover?: string
    ): Column => ({
      id,
      title,
      align: 'right',
      width: '90px',
      ...(hover === undefined ? {} : { hover }),
      sortValue: (row) => value(at(row)),
      cell: (row) => text(value(at(row))),
    });
    const at = (row: number): (typeof statistics)[number] => {
      const found = statistics[row];
      if (found === undefined) throw new RangeError(`row should be 0 to ${statistics.length - 1}, found ${row}`);
      return found;
    };
    return [
      {
        id: 'service',
        title: 'Service',
        width: 'minmax(110px, 1fr)',
        sortValue: (row) => at(row).service,
        cell: (row) => <ServiceName name={at(row).service} />,
      },
      {
        id: 'name',
        title: 'Operation',
        width: 'minmax(140px, 2fr)',
        sortValue: (row) => at(row).name,
        cell: (row) => at(row).name,
      },
      number('count', 'Spans', (s) => s.count, formatCount),
      {
        id: 'errors',
        title: 'Errors',
        align: 'right',
        width: '70px',
        sortValue: (row) => at(row).errors,
        cell: (row) => <ErrorCount count={at(row).errors} />,
      },
      number(
        'self',
        'Own work',
        (s) => s.self,
        (n) => formatDurationIn(n, selfUnit),
        'Time in which no child ran'
      ),
      number(
        'share',
        'Share',
        (s) => s.self,
        (n) => formatShare(n, allSelf),
        'Share of all own work of the trace'
      ),
      number(
        'total',
        'Total',
        (s) => s.total,
        (n) => formatDurationIn(n, totalUnit),
        'Sum of durations'
      ),
      number(
        'average',
        'Average',
        (s) => s.average,
        (n) => formatDurationIn(n, averageUnit)
      ),
      number(
        'max',
        'Max',
        (s) => s.max,
        (n) => formatDurationIn(n, maxUnit),
        'A click on the row shows this span'
      ),
    ];
  }, [statistics]);
  return (
    <VirtualTable
      label="Statistics per operation"
      testId={traceTestIds.statistics}
      columns={columns}
      rows={rows}
      initial={{ column: 'self', descending: true }}
      empty="This trace has no spans"
      onSelect={(row) => showSpan(statistics[row]?.slowest ?? 0)}
    />
  );
}
