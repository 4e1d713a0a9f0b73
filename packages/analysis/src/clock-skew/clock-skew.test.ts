// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { buildTrace, spansFromText, spanKinds, type Span } from '@tracewell/trace';
import { clockShifts } from './clock-skew.ts';

const [template] = spansFromText('service  name  |-|');

/** `kind@host start+duration` in milliseconds, each the child of the one before; `-` is no host. Services follow hosts. */
function shiftsOf(chain: string): number[] {
  const spans = chain.split(' > ').map((word, i): Span => {
    const [, kind = '', host = '', start = '', duration = ''] = /^(\w+)@(\S+) (\d+)\+(\d+)$/.exec(word) ?? [];
    const attributes = [
      { key: 'service.name', value: host === '-' ? `service ${i}` : `on ${host}` },
      ...(host === '-' ? [] : [{ key: 'host.name', value: host }]),
    ];
    return {
      ...(template as Span),
      spanId: (i + 1).toString(16).padStart(16, '0'),
      parentSpanId: i === 0 ? '' : i.toString(16).padStart(16, '0'),
      kind: (spanKinds as readonly string[]).indexOf(kind),
      startUnixNano: BigInt(start),
      endUnixNano: BigInt(start) + BigInt(duration),
      resource: { attributes, droppedAttributesCount: 0, schemaUrl: '' },
    };
  });
  return [...clockShifts(buildTrace('aa', spans))];
}

describe("Jaeger's cases", () => {
  test.each([
    ['one host', 'client@a 0+100 > server@a 10+50', [0, 0]],
    ['one host, however odd', 'client@a 10+100 > server@a 0+50', [0, 0]],
    ['fits', 'client@a 10+100 > server@b 20+50', [0, 0]],
    ['longer', 'client@a 10+100 > server@b 20+150', [0, 0]],
    ['too early', 'client@a 10+100 > server@b 0+50', [0, 35]],
    ['too late', 'client@a 10+100 > server@b 80+50', [0, -45]],
    ['longer and too early', 'client@a 10+100 > server@b 0+150', [0, 10]],
    ['below a shifted one', 'client@a 10+100 > server@b 50+70 > internal@b 60+20', [0, -25, -25]],
  ])('%s', (_, chain, expected) => {
    expect(shiftsOf(chain)).toEqual(expected);
  });
});

describe('our cases', () => {
  test.each([
    ['no host, two services', 'client@- 10+100 > server@- 0+50', [0, 35]],
    ['a queue takes its time', 'producer@a 10+5 > consumer@b 500+2', [0, 0]],
    ['but does not turn time around', 'producer@a 10+5 > consumer@b 3+2', [0, 7]],
    ['outliving a caller that does not wait', 'internal@a 10+100 > server@b 90+50', [0, 0]],
    [
      'a third host is compared with where its parent now is',
      'client@a 100+50 > client@b 0+40 > server@c 0+20',
      [0, 105, 115],
    ],
  ])('%s', (_, chain, expected) => {
    expect(shiftsOf(chain)).toEqual(expected);
  });
});
