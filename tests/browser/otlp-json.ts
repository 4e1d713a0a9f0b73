// SPDX-License-Identifier: Apache-2.0
//
// Traces drawn as nested objects and sent as OTLP JSON, so that a test knows every span that it looks for.

export interface DrawnSpan {
  readonly service: string;
  readonly name: string;
  /** Milliseconds after the start of the trace. */
  readonly from: number;
  readonly to: number;
  readonly kind?: 'internal' | 'server' | 'client';
  readonly attributes?: Readonly<Record<string, string | number>>;
  /** An exception with this message; the status is then an error with the same one. */
  readonly error?: string;
  readonly children?: readonly DrawnSpan[];
}

const kinds = { internal: 1, server: 2, client: 3 } as const;

function attributesOf(values: Readonly<Record<string, string | number>>) {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));
}

/** Resource spans of one trace that began at `start` (milliseconds since 1970). Span ids count up from 1. */
export function drawTrace(traceId: string, start: number, root: DrawnSpan): object[] {
  const resourceSpans: object[] = [];
  let spans = 0;
  const nanos = (ms: number) => String(BigInt(Math.round((start + ms) * 1000)) * 1000n);
  const add = (span: DrawnSpan, parentSpanId: string) => {
    spans += 1;
    const spanId = spans.toString(16).padStart(16, '0');
    const failed = span.error === undefined ? {} : { status: { code: 2, message: span.error } };
    const exception = { 'exception.type': 'CardError', 'exception.message': span.error ?? '' };
    resourceSpans.push({
      resource: { attributes: attributesOf({ 'service.name': span.service }) },
      scopeSpans: [
        {
          scope: { name: 'browser tests' },
          spans: [
            {
              traceId,
              spanId,
              parentSpanId,
              name: span.name,
              kind: kinds[span.kind ?? 'internal'],
              startTimeUnixNano: nanos(span.from),
              endTimeUnixNano: nanos(span.to),
              attributes: attributesOf(span.attributes ?? {}),
              ...failed,
              events:
                span.error === undefined
                  ? []
                  : [{ timeUnixNano: nanos(span.to), name: 'exception', attributes: attributesOf(exception) }],
            },
          ],
        },
      ],
    });
    span.children?.forEach((child) => add(child, spanId));
  };
  add(root, '');
  return resourceSpans;
}

/** Sends resource spans to an OTLP/HTTP receiver; resolves when they are stored. */
export async function sendSpans(endpoint: string, resourceSpans: readonly object[]): Promise<void> {
  const response = await fetch(`${endpoint}/v1/traces`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ resourceSpans }),
  });
  const text = await response.text();
  if (!response.ok || text.includes('rejectedSpans')) {
    throw new Error(`The store refused the spans of the test: ${String(response.status)} ${text}`);
  }
}
