// SPDX-License-Identifier: Apache-2.0
//
// The question that a metrics query in the address asks: over time, or one value for the whole range.
import { useAnswer } from '../data/use-answer.ts';
import type { Answer } from '../data/use-answer.ts';
import type { Host, MetricsAnswer } from '../host.ts';
import type { MetricsKind } from './metrics-query.ts';
import { stepFor } from './values.ts';

export interface MetricsSearchState {
  readonly answer: Answer<
    MetricsAnswer & { readonly query: string; readonly kind: MetricsKind; readonly instant: boolean }
  >;
  /** As the address asks for it. */
  readonly instant: boolean;
  /** Undefined for an instant query. */
  readonly stepMs: number | undefined;
}

const mostSteps = 240;
const exemplars = 100;

/** Asks while `kind` is given. The answer says itself what it answers: it stays while the next one is on its way. */
export function useMetricsSearch(host: Host, query: string, kind: MetricsKind | undefined): MetricsSearchState {
  const { navigation, time, data } = host;
  const { from, to } = time.range;
  const instant = kind?.draw === 'comparison' || navigation.params.get('as') === 'table';
  const stepMs = kind === undefined || instant ? undefined : stepFor(to - from, mostSteps);
  const key = kind === undefined ? undefined : JSON.stringify([query, from, to, instant]);
  const answer = useAnswer(key, async (signal) => {
    const range = { from, to };
    const found = await data.metrics({ query, range, exemplars, ...(stepMs === undefined ? {} : { stepMs }) }, signal);
    return { ...found, query, kind: kind ?? { draw: 'series', unit: 'number', bucketUnit: 'number' }, instant };
  });
  return { answer, instant, stepMs };
}
