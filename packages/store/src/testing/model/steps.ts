// SPDX-License-Identifier: Apache-2.0
//
// What can happen to a store in the model-based test, as data that fast-check draws and shrinks. A step says
// what is tried; what becomes of it (which spans are new, which requests can be repeated) the test works out as it goes,
// so that every sublist of a life is a life too.

import fc from 'fast-check';
import { query, span } from '../search-arbitrary.ts';

export type DrawnSpan = typeof span extends fc.Arbitrary<infer Drawn> ? Drawn : never;

/** What is done to the drawn spans of a request beyond what they are. */
export type Decoration = 'none' | 'huge' | 'many' | 'deep';

/** A call between two services: one of its halves may arrive later, or never. */
export interface DrawnCall {
  readonly number: number;
  readonly caller: number;
  readonly callee: number;
  readonly half: 'both' | 'client' | 'server';
  readonly error: boolean;
}

export type DeleteChoice =
  | { readonly kind: 'trace'; readonly which: number }
  | { readonly kind: 'query'; readonly query: string; readonly wholeTraces: boolean };

export type Disturbed = 'nothing' | 'ingest' | 'seal' | 'compact' | 'delete';

export type Step =
  /** `requests` of them at once. */
  | {
      readonly kind: 'ingest';
      readonly spans: readonly DrawnSpan[];
      readonly decoration: Decoration;
      readonly requests: number;
    }
  /** Enough spans of one kind for the next block to have other columns. */
  | { readonly kind: 'bulk'; readonly number: number; readonly flavour: number }
  | { readonly kind: 'calls'; readonly calls: readonly DrawnCall[] }
  /** The ids and the kind of a span that is there, with other content. */
  | { readonly kind: 'twin'; readonly which: number }
  /** An earlier request, byte for byte. */
  | { readonly kind: 'retry'; readonly which: number }
  | { readonly kind: 'seal' | 'restart' | 'compact' }
  /** Time goes by, in parts of the retention age, and retention runs. */
  | { readonly kind: 'advance'; readonly share: number }
  /** Some blocks come, only this share of what is stored may be, and retention runs. */
  | { readonly kind: 'shrink'; readonly share: number; readonly blocks: readonly (readonly DrawnSpan[])[] }
  | { readonly kind: 'delete'; readonly what: DeleteChoice }
  | {
      readonly kind: 'crash';
      readonly during: Disturbed;
      readonly afterMs: number;
      readonly spans: readonly DrawnSpan[];
      readonly retries: boolean;
      readonly what: DeleteChoice;
    }
  /** A commit fails before or after it is durable: the database is opened anew. */
  | { readonly kind: 'fail'; readonly when: 'before' | 'after'; readonly spans: readonly DrawnSpan[] }
  | { readonly kind: 'ask'; readonly queries: readonly string[] };

const spans = fc.array(span, { minLength: 1, maxLength: 12 });
const which = fc.nat({ max: 50 });
const call: fc.Arbitrary<DrawnCall> = fc.record({
  number: fc.integer({ min: 1, max: 12 }),
  caller: fc.nat({ max: 2 }),
  callee: fc.nat({ max: 2 }),
  half: fc.constantFrom('both', 'client', 'server'),
  error: fc.boolean(),
});
const deleteChoice: fc.Arbitrary<DeleteChoice> = fc.oneof(
  fc.record({ kind: fc.constant('trace' as const), which }),
  fc.record({ kind: fc.constant('query' as const), query, wholeTraces: fc.boolean() })
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('ingest' as const),
      spans,
      decoration: fc.constantFrom<Decoration>('none', 'none', 'none', 'huge', 'many', 'deep'),
      requests: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('bulk' as const),
      number: fc.integer({ min: 1, max: 4 }),
      flavour: fc.nat({ max: 2 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('calls' as const),
      calls: fc.array(call, { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('twin' as const), which }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('retry' as const), which }) },
  { weight: 4, arbitrary: fc.constant<Step>({ kind: 'seal' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'restart' }) },
  { weight: 3, arbitrary: fc.constant<Step>({ kind: 'compact' }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('advance' as const), share: fc.constantFrom(0.3, 0.6) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('shrink' as const),
      share: fc.constantFrom(0.3, 0.6, 0.9),
      blocks: fc.array(spans, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), what: deleteChoice }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('crash' as const),
      during: fc.constantFrom<Disturbed>('nothing', 'ingest', 'ingest', 'seal', 'compact', 'delete'),
      afterMs: fc.nat({ max: 60 }),
      spans,
      retries: fc.boolean(),
      what: deleteChoice,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('fail' as const),
      when: fc.constantFrom('before' as const, 'after' as const),
      spans,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      queries: fc.array(query, { minLength: 1, maxLength: 5 }),
    }),
  }
);

/** A life of a store; a failing one shrinks to fewer and smaller steps. */
export const life: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 2, maxLength: 14, size: 'max' });
