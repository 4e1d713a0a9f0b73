// SPDX-License-Identifier: Apache-2.0
//
// All spans in one flat table, sortable. With "only matches" those that match.

import { useMemo } from 'react';
import { spanKinds, STATUS_ERROR } from '@tracewell/trace';
import { durationColumnUnit, formatDurationIn } from '../../format/index.ts';
import type { TraceModel } from '../state/use-trace-model.ts';
import { traceTestIds } from '../test-ids.ts';
import { ErrorCount } from './ErrorCount.tsx';
import { ServiceName } from './ServiceName.tsx';
import { VirtualTable, type Column } from './VirtualTable.tsx';

/** The flat table of spans. */
export function SpansTab({ model }: { readonly model: TraceModel }) {
  const { trace, analysis, cursor, filter, onlyMatches } = model;
  const matched = onlyMatches ? filter.matches?.spans : undefined;
  const rows = useMemo(() => matched ?? Uint32Array.from(trace.starts, (_, index) => index), [matched, trace]);
  const columns = useMemo((): Column[] => {
    const duration = (span: number): number => (trace.ends[span] ?? 0) - (trace.starts[span] ?? 0);
    const service = (span: number): string => trace.serviceNames[trace.services[span] ?? 0] ?? '';
    const whole = durationColumnUnit([trace.duration]);
    const selfUnit = durationColumnUnit(analysis.selfTimes);
    return [
      {
        id: 'start',
        title: 'Start',
        align: 'right',
        width: '90px',
        sortValue: (span) => trace.starts[span] ?? 0,
        cell: (span) => formatDurationIn(trace.starts[span] ?? 0, whole),
      },
      {
        id: 'service',
        title: 'Service',
        width: 'minmax(110px, 1fr)',
        sortValue: service,
        cell: (span) => <ServiceName name={service(span)} />,
      },
      {
        id: 'name',
        title: 'Span',
        width: 'minmax(140px, 2fr)',
        sortValue: (span) => trace.names[span] ?? '',
        cell: (span) => trace.names[span],
      },
      {
        id: 'kind',
        title: 'Kind',
        width: '80px',
        sortValue: (span) => trace.kinds[span] ?? 0,
        cell: (span) => spanKinds[trace.kinds[span] ?? 0] ?? '',
      },
      {
        id: 'status',
        title: 'Error',
        width: '60px',
        align: 'right',
        sortValue: (span) => (trace.statusCodes[span] === STATUS_ERROR ? 1 : 0),
        cell: (span) => <ErrorCount count={trace.statusCodes[span] === STATUS_ERROR ? 1 : 0} />,
      },
      {
        id: 'duration',
        title: 'Duration',
        align: 'right',
        width: '90px',
        sortValue: duration,
        cell: (span) => formatDurationIn(duration(span), whole),
      },
      {
        id: 'self',
        title: 'Own work',
        align: 'right',
        width: '90px',
        sortValue: (span) => analysis.selfTimes[span] ?? 0,
        cell: (span) => formatDurationIn(analysis.selfTimes[span] ?? 0, selfUnit),
      },
      {
        id: 'children',
        title: 'Children',
        align: 'right',
        width: '70px',
        sortValue: (span) => trace.childCounts[span] ?? 0,
        cell: (span) => trace.childCounts[span] || '',
      },
    ];
  }, [trace, analysis]);
  return (
    <VirtualTable
      label="Spans of the trace"
      testId={traceTestIds.spans}
      columns={columns}
      rows={rows}
      initial={{ column: 'start', descending: false }}
      empty="No span matches the filter"
      selected={(span) => span === cursor?.span}
      onSelect={model.showSpan}
    />
  );
}
