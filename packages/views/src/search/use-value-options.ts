// SPDX-License-Identifier: Apache-2.0
//
// What the builder's boxes offer. Names and values are asked for once per range and query and filtered here while
// somebody types; what nobody waits for any more is aborted.
import { useCallback, useEffect, useRef } from 'react';
import type { Host, TimeRange, TypedValue } from '../host.ts';
import { quoteName } from './conditions.ts';
import type { Condition } from './conditions.ts';
import { guessValueType, toValueType } from './value-type.ts';

interface Option {
  readonly value: string;
  readonly label: string;
}

const mostOptions = 200;

/** Those that contain what was typed, in their order (most frequent first), none of them twice. */
export function matchingOptions(texts: readonly string[], typed: string): Option[] {
  const wanted = typed.trim().toLowerCase();
  const fitting = texts.filter((text) => text !== '' && text.toLowerCase().includes(wanted));
  return [...new Set(fitting)].slice(0, mostOptions).map((value) => ({ value, label: value }));
}

/**
 * Values of an identifier among the spans that match `query` ('' for all). `typed` gives a chosen text the type that
 * the store knows it by; a text that the store does not have is what it looks like.
 */
export function useValueOptions(host: Host, identifier: string, query: string) {
  const load = useKept<readonly TypedValue[]>((range, signal) =>
    host.data.tagValues({ tag: identifier, query: query === '' ? undefined : query, range }, signal)
  );
  const known = useRef<readonly TypedValue[]>([]);
  const { from, to } = host.time.range;
  const options = useCallback(
    async (typed: string) => {
      known.current = await load(JSON.stringify([identifier, query, from, to]), { from, to });
      return matchingOptions(
        known.current.map(({ value }) => value),
        typed
      );
    },
    [load, identifier, query, from, to]
  );
  const typed = useCallback((text: string, before: Condition['value']): Condition['value'] => {
    const found = known.current.find(({ value }) => value === text);
    return { type: found === undefined ? guessValueType(text, before.type) : toValueType(found.type), value: text };
  }, []);
  return { options, typed };
}

/** Attribute names with their scope, and the intrinsics, as TraceQL writes them. */
export function useAttributeOptions(host: Host) {
  const load = useKept((range, signal) => host.data.tagNames(range, signal));
  const { from, to } = host.time.range;
  return useCallback(
    async (typed: string) => {
      const scopes = await load(JSON.stringify([from, to]), { from, to });
      return matchingOptions(
        scopes.flatMap(({ scope, tags }) =>
          tags.map((tag) => (scope === 'intrinsic' ? tag : `${scope}.${quoteName(tag)}`))
        ),
        typed
      );
    },
    [load, from, to]
  );
}

/** An answer kept for as long as its key stays; another key or the end of the component aborts the question. */
function useKept<T>(ask: (range: TimeRange, signal: AbortSignal) => Promise<T>) {
  const latest = useRef(ask);
  latest.current = ask;
  const kept = useRef<{ key: string; answer: Promise<T>; controller: AbortController }>();
  useEffect(() => () => kept.current?.controller.abort(), []);
  return useCallback((key: string, range: TimeRange): Promise<T> => {
    const controller = new AbortController();
    if (kept.current?.key !== key || kept.current.controller.signal.aborted) {
      kept.current?.controller.abort();
      kept.current = { key, answer: latest.current(range, controller.signal), controller };
      // What failed is asked again at the next key stroke.
      kept.current.answer.catch(() => controller.abort());
    }
    return kept.current.answer;
  }, []);
}
