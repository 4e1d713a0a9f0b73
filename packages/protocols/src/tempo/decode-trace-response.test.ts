// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { traceFromText } from '@tracewell/trace';
import { encodeSpans } from '../otlp/encode.ts';
import { decodeTraceByIdResponse } from './decode-trace-response.ts';
import { encodeTraceByIdResponse } from './trace-response.ts';

const { trace } = traceFromText(`
  shop  GET /cart  |------|
  cart    GetCart    |--|
`);
const bytes = encodeSpans(Array.from({ length: trace.length }, (_, index) => trace.spanAt(index)));

test('a whole trace', () => {
  const answer = decodeTraceByIdResponse(encodeTraceByIdResponse({ trace: bytes, inspectedBytes: 17 }));
  expect(answer?.trace.names).toEqual(['GET /cart', 'GetCart']);
  expect(answer?.partial).toBeUndefined();
});

test('a partial trace says why', () => {
  const answer = decodeTraceByIdResponse(
    encodeTraceByIdResponse({ trace: bytes, inspectedBytes: 0, partial: 'too large' })
  );
  expect(answer?.partial).toBe('too large');
});

test('no span is no trace', () => {
  expect(
    decodeTraceByIdResponse(encodeTraceByIdResponse({ trace: new Uint8Array(0), inspectedBytes: 0 }))
  ).toBeUndefined();
  expect(decodeTraceByIdResponse(new Uint8Array(0))).toBeUndefined();
});

test('broken bytes are said', () => {
  expect(() => decodeTraceByIdResponse(new Uint8Array([0x0a, 0x7f]))).toThrow(/expected/);
});
