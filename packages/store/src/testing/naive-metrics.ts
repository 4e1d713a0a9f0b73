// SPDX-License-Identifier: Apache-2.0
//
// For tests: TraceQL metrics the slow and obvious way, over spans in memory.

import { findText, type Attribute, type Span } from '@tracewell/trace';
import {
  compileMetrics,
  labelValue,
  parseQuery,
  printReference,
  toValue,
  type ComparedAttribute,
  type MetricsTrace,
  type MetricsWindow,
  type Series,
} from '@tracewell/traceql';
import { naiveTraces, naiveView, type NaiveTrace } from './naive-search.ts';

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUSES = ['unset', 'ok', 'error'] as const;

/** The series of a query over these spans; a trace has no two spans with one id. */
export function naiveMetrics(query: string, spans: readonly Span[], window: MetricsWindow): Series<never>[] {
  const counter = compileMetrics(parseQuery(query), query, window);
  for (const trace of naiveTraces(spans)) {
    counter.add(toMetricsTrace(trace));
  }
  return counter.series();
}

function toMetricsTrace(trace: NaiveTrace): MetricsTrace {
  return {
    ...naiveView(trace),
    starts: trace.spans.map(({ startUnixNano }) => startUnixNano),
    compared: (index) => {
      const span = trace.spans[index];
      return span === undefined ? [] : comparedOf(span, trace);
    },
  };
}

function rootService({ root }: NaiveTrace): string | undefined {
  return root && (findText(root.resource.attributes, 'service.name') ?? 'unknown_service');
}

/** What compare() looks at. */
function comparedOf(span: Span, trace: NaiveTrace): ComparedAttribute[] {
  const { root } = trace;
  const found: ComparedAttribute[] = [
    { key: 'name', value: { kind: 'string', value: span.name } },
    { key: 'kind', value: { kind: 'spanKind', value: KINDS[span.kind] ?? 'unspecified' } },
    { key: 'status', value: { kind: 'status', value: STATUSES[span.statusCode] ?? 'unset' } },
    { key: 'statusMessage', value: { kind: 'string', value: span.statusMessage } },
    { key: 'instrumentation:name', value: { kind: 'string', value: span.scope.name } },
    { key: 'instrumentation:version', value: { kind: 'string', value: span.scope.version } },
    ...attributesOf('span', span.attributes),
    ...attributesOf('resource', span.resource.attributes),
    ...attributesOf('instrumentation', span.scope.attributes),
  ];
  if (root !== undefined) {
    found.push({ key: 'rootName', value: { kind: 'string', value: root.name } });
    found.push({ key: 'rootServiceName', value: { kind: 'string', value: rootService(trace) ?? '' } });
  }
  return found;
}

function attributesOf(
  scope: 'span' | 'resource' | 'instrumentation',
  attributes: readonly Attribute[]
): ComparedAttribute[] {
  const seen = new Set<string>();
  return attributes.flatMap(({ key, value }) => {
    if (seen.has(key)) {
      return [];
    }
    seen.add(key);
    const shown = labelValue(toValue(value));
    const range = { start: 0, end: 0 };
    return shown === undefined
      ? []
      : [{ key: printReference({ kind: 'attribute', scope, parent: false, name: key, range }), value: shown }];
  });
}
