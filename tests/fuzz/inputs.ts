// SPDX-License-Identifier: Apache-2.0
//
// Valid inputs, from which the strange ones are made: spans with every field and type, queries of the whole language.
import { encodeSpans, encodeTracesJson } from '@tracewell/protocols';
import type { Span } from '@tracewell/trace';
import fc from 'fast-check';
import { arbitrarySpans } from '../../packages/protocols/testing/arbitrary-spans.ts';
import { query } from '../../packages/store/src/testing/search-arbitrary.ts';
import type { Chance } from './random.ts';

/** Valid inputs that are drawn for an epoch: drawing one costs more than changing it many times. */
const POOL = 250;

function drawn<T>(arbitrary: fc.Arbitrary<T>): (chance: Chance) => T {
  let epoch = -1;
  const pool = new Map<number, T>();
  return (chance) => {
    if (chance.epoch !== epoch) {
      pool.clear();
      epoch = chance.epoch;
    }
    const place = chance.below(POOL);
    const [value] = pool.has(place)
      ? [pool.get(place)]
      : fc.sample(arbitrary, { seed: Math.imul(epoch, 0x9e3779b1) ^ place, numRuns: 1 });
    if (value === undefined) {
      throw new Error('fast-check has drawn nothing');
    }
    pool.set(place, value);
    return value;
  };
}

const drawSpans = drawn(arbitrarySpans.filter((spans) => spans.length > 0));
export const drawQuery = drawn(query);

/** Spans whose trace ids nothing else has, so that a store can be asked for just these. */
export function spansOf(chance: Chance): Span[] {
  const traceIds = [chance.hex(32), chance.hex(32)];
  return drawSpans(chance)
    .slice(0, 1 + chance.below(6))
    .map((span) => ({ ...span, traceId: chance.of(traceIds) }));
}

export function requestOf(chance: Chance): Uint8Array<ArrayBuffer> {
  return encodeSpans(spansOf(chance));
}

export function jsonRequestOf(chance: Chance): string {
  return encodeTracesJson(requestOf(chance), 'otlp');
}

const metricsStages = [
  'rate() by(resource.service.name)',
  'count_over_time()',
  'quantile_over_time(duration, .5, .99) by(name)',
  'histogram_over_time(span.y)',
  'max_over_time(duration) | topk(3)',
  'compare({ status = error }, 5)',
  'avg_over_time(span.x) by(.x, kind) > 1 with(exemplars=2)',
];

/** A query for traces, or for metrics. */
export function queryOf(chance: Chance): string {
  const search = drawQuery(chance);
  return chance.once(3) ? `${search} | ${chance.of(metricsStages)}` : search;
}
