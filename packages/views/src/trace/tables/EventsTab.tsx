// SPDX-License-Identifier: Apache-2.0
//
// Everything that was noted during the trace, in order of time: the events of all spans.

import { useMemo } from 'react';
import { formatAttributeValue, type SpanEvent, type SpanIndex, type Trace } from '@tracewell/trace';
import { durationColumnUnit, formatDurationIn, timeTooltip } from '../../format/index.ts';
import type { TraceModel } from '../state/use-trace-model.ts';
import { traceTestIds } from '../test-ids.ts';
import { ServiceName } from './ServiceName.tsx';
import { VirtualTable, type Column } from './VirtualTable.tsx';

interface TraceEvent {
  readonly span: SpanIndex;
  readonly event: SpanEvent;
  /** Nanoseconds from the trace's start. */
  readonly time: number;
}

function eventsOf(trace: Trace): TraceEvent[] {
  const found: TraceEvent[] = [];
  for (let span = 0; span < trace.length; span++) {
    for (const event of trace.spanAt(span).events) {
      found.push({ span, event, time: Number(event.timeUnixNano - trace.startUnixNano) });
    }
  }
  return found;
}

function summaryOf(event: SpanEvent): string {
  return event.attributes.map(({ key, value }) => `${key}=${formatAttributeValue(value)}`).join(' ');
}

/** Events of all spans. */
export function EventsTab({ model }: { readonly model: TraceModel }) {
  const { trace, cursor, showSpan } = model;
  const events = useMemo(() => eventsOf(trace), [trace]);
  const rows = useMemo(() => Uint32Array.from(events, (_, index) => index), [events]);
  const columns = useMemo((): Column[] => {
    const unit = durationColumnUnit([trace.duration]);
    const serviceOf = (row: number): string => trace.serviceNames[trace.services[events[row]?.span ?? 0] ?? 0] ?? '';
    return [
      {
        id: 'time',
        title: 'Time',
        align: 'right',
        width: '90px',
        sortValue: (row) => events[row]?.time ?? 0,
        cell: (row) => (
          <span title={timeTooltip(events[row]?.event.timeUnixNano ?? 0n)}>
            {formatDurationIn(events[row]?.time ?? 0, unit)}
          </span>
        ),
      },
      {
        id: 'event',
        title: 'Event',
        width: 'minmax(110px, 1fr)',
        sortValue: (row) => events[row]?.event.name ?? '',
        cell: (row) => events[row]?.event.name,
      },
      {
        id: 'attributes',
        title: 'Attributes',
        width: 'minmax(160px, 3fr)',
        sortValue: (row) => summaryOf(events[row]?.event ?? noEvent),
        cell: (row) => {
          const summary = summaryOf(events[row]?.event ?? noEvent);
          return <span title={summary}>{summary}</span>;
        },
      },
      {
        id: 'service',
        title: 'Service',
        width: 'minmax(100px, 1fr)',
        sortValue: serviceOf,
        cell: (row) => <ServiceName name={serviceOf(row)} />,
      },
      {
        id: 'span',
        title: 'Span',
        width: 'minmax(120px, 1fr)',
        sortValue: (row) => trace.names[events[row]?.span ?? 0] ?? '',
        cell: (row) => trace.names[events[row]?.span ?? 0],
      },
    ];
  }, [trace, events]);
  return (
    <VirtualTable
      label="Events of the trace"
      testId={traceTestIds.events}
      columns={columns}
      rows={rows}
      initial={{ column: 'time', descending: false }}
      empty="No span of this trace has an event"
      selected={(row) => events[row]?.span === cursor?.span}
      onSelect={(row) => showSpan(events[row]?.span ?? 0)}
    />
  );
}

const noEvent: SpanEvent = { timeUnixNano: 0n, name: '', attributes: [], droppedAttributesCount: 0 };
