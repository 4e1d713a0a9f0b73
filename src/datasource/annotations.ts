// SPDX-License-Identifier: Apache-2.0
//
// Traces as annotations: each one that a search finds is a region from its start to its end.
import type { AnnotationEvent, AnnotationQuery, AnnotationSupport, DataFrame } from '@grafana/data';
import { of } from 'rxjs';
import { searchColumns } from '../frames/search-frames.ts';
import type { TracewellQuery } from '../model/query.ts';

const defaultTarget: TracewellQuery = {
  refId: 'annotation',
  queryType: 'traceql',
  query: '{ status = error }',
  limit: 100,
};

export const annotationSupport: AnnotationSupport<TracewellQuery> = {
  // Not `getDefaultQuery`: Grafana puts that beside the target, where it then takes its text for a query of old.
  prepareAnnotation: (annotation: AnnotationQuery<TracewellQuery>) => ({
    ...annotation,
    target: annotation.target ?? defaultTarget,
  }),
  processEvents: (_, data) => of(data.flatMap(toEvents)),
};

/** The events of a table of traces or of spans; none of any other frame. */
export function toEvents(frame: DataFrame): AnnotationEvent[] {
  const valuesOf = (name: string): readonly unknown[] | undefined =>
    frame.fields.find((field) => field.name === name)?.values;
  const textsOf = (name: string) => valuesOf(name)?.map((value) => (typeof value === 'string' ? value : ''));
  const starts = valuesOf(searchColumns.start);
  const ids = textsOf(searchColumns.traceId);
  if (starts === undefined || ids === undefined) {
    return [];
  }
  const durations = valuesOf(searchColumns.duration);
  const services = textsOf(searchColumns.service);
  const names = textsOf(searchColumns.name);
  const errors = valuesOf(searchColumns.errors);
  return starts.map((start, row): AnnotationEvent => {
    const time = Number(start);
    const service = services?.[row] ?? '';
    return {
      id: ids[row] ?? '',
      time,
      timeEnd: time + Number(durations?.[row] ?? 0) / 1e6,
      isRegion: true,
      // Grafana shows it as HTML, and a span may be called anything.
      title: escapeHtml(`${service}: ${names?.[row] ?? ''}`),
      text: `Trace ${ids[row] ?? ''}`,
      tags: [service, ...(Number(errors?.[row] ?? 0) > 0 ? ['error'] : [])].filter((tag) => tag !== ''),
    };
  });
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
