// SPDX-License-Identifier: Apache-2.0
//
// Small export requests with ids that a test can check: trace n of a run, its spans numbered from 1.
import { encodeExport } from './official-otlp.ts';

/** 32 hex digits, unlike those of any other run and number. */
export function traceIdOf(run: number, trace: number): string {
  return `${run.toString(16).padStart(8, '0')}${'5eed'.repeat(4)}${trace.toString(16).padStart(8, '0')}`;
}

/** 16 hex digits of span `index` (from 1) of a trace. */
export function spanIdOf(trace: number, index: number): string {
  return `${(trace + 1).toString(16).padStart(8, '0')}${index.toString(16).padStart(8, '0')}`;
}

/**
 * One request with one trace of `spans` spans, the first of them the root. With `noteBytes` each has `test.note`, a text
 * of about that size that no other has.
 */
export function exportBatch(
  run: number,
  trace: number,
  spans: number,
  start = BigInt(Date.now()) * 1_000_000n,
  noteBytes = 0
): Uint8Array<ArrayBuffer> {
  const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');
  return encodeExport({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: `service-${String(trace % 5)}` } }] },
        scopeSpans: [
          {
            scope: { name: 'load' },
            spans: Array.from({ length: spans }, (_, index) => ({
              traceId: base64(traceIdOf(run, trace)),
              spanId: base64(spanIdOf(trace, index + 1)),
              ...(index === 0 ? {} : { parentSpanId: base64(spanIdOf(trace, 1)) }),
              name: `operation ${String(index % 7)}`,
              kind: 1 + (index % 5),
              startTimeUnixNano: String(start + BigInt(index) * 1000n),
              endTimeUnixNano: String(start + BigInt(index) * 1000n + 5_000_000n),
              attributes: [
                { key: 'http.request.method', value: { stringValue: 'GET' } },
                { key: 'test.index', value: { intValue: String(index) } },
                ...(noteBytes === 0
                  ? []
                  : [{ key: 'test.note', value: { stringValue: note(trace, index, noteBytes) } }]),
              ],
            })),
          },
        ],
      },
    ],
  });
}

function note(trace: number, index: number, bytes: number): string {
  const word = `${String(trace)}/${String(index)} `;
  return word.repeat(Math.ceil(bytes / word.length));
}
