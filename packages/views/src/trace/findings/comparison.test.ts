// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { buildTrace, traceFromText } from '@tracewell/trace';
import { assertDefined } from '@tracewell/base';
import type { RedSeries } from '../../host.ts';
import { compare, operationOf, operationQuery } from './comparison.ts';

const { trace } = traceFromText('web  GET "x"  |---------|');
const start = Number(trace.startUnixNano / 1_000_000n);
const operation = assertDefined(operationOf(trace, start + 10_000_000), 'a trace with a root');

function measured(requests: number, p90: number | null, p99: number | null): RedSeries {
  return { counts: [requests], errors: [0], p50: [1], p90: [p90], p99: [p99] };
}

describe('what is compared', () => {
  test('the root and the hour around it, not beyond now', () => {
    expect(operation.range).toEqual({ from: start - 1_800_000, to: start + 1_800_000 });
    expect(operation.isLastHour).toBe(false);
    const recent = assertDefined(operationOf(trace, start + 5000), 'a trace with a root');
    expect(recent.range).toEqual({ from: start + 5000 - 3_600_000, to: start + 5000 });
    expect(recent.isLastHour).toBe(true);
  });
  test('nothing where the beginning is missing', () => {
    const orphan = buildTrace('aa', [{ ...trace.spanAt(0), parentSpanId: '00000000000000ff' }]);
    expect(operationOf(orphan, start)).toBeUndefined();
    expect(operationOf(buildTrace('aa', []), start)).toBeUndefined();
  });
  test('names are quoted', () => {
    expect(operationQuery({ ...operation, name: 'GET "x"' }, 640_000_000)).toBe(
      '{ nestedSetParent < 0 && resource.service.name = "web" && name = "GET \\"x\\"" && duration > 640000us }'
    );
  });
});

describe('what is said', () => {
  const slow = { ...operation, durationNanos: 2_304_000_000 };
  test.each([
    [
      'many',
      measured(1000, 1e8, 640e6),
      'p99 of this operation is 640 ms in the hour around it; this one took 3.6 \u00d7.',
      true,
    ],
    [
      'some',
      measured(50, 4608e6, 9e9),
      'p90 of this operation is 4.61 s in the hour around it; this one took 0.5 \u00d7.',
      false,
    ],
    [
      'few',
      measured(3, 1e8, 1e8),
      'There were only 3 requests of this operation in the hour around it: too few to compare with.',
      false,
    ],
    [
      'one',
      measured(1, 1e8, 1e8),
      'It is the only request of this operation in the hour around it: too few to compare with.',
      false,
    ],
  ])('%s', (_, red, sentence, isSlow) => {
    expect(compare(slow, red)).toMatchObject({ sentence, slow: isSlow });
  });
  test('far off', () => {
    expect(compare({ ...slow, durationNanos: 5e6 }, measured(1000, 1e8, 1e9)).sentence).toContain(
      'less than 0.1 \u00d7'
    );
    expect(compare(slow, measured(1000, 1e8, 1e8)).sentence).toContain('took 23 \u00d7');
  });
});
