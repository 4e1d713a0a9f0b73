// SPDX-License-Identifier: Apache-2.0
//
// One question to the host's data port and the state of its answer. While a new answer is on its way the old one
// stays, so that nothing on the screen jumps; a question that nobody waits for any more is aborted. While the store cannot
// be reached the question is asked again by itself, and the error stays until there is an answer.
import { useCallback, useEffect, useRef, useState } from 'react';
import { HostError } from '../host.ts';

/** Milliseconds before a store that cannot be reached is asked again; the last one from then on. */
const RETRY_DELAYS = [2_000, 5_000, 10_000, 20_000];

export interface Answer<T> {
  /** The newest answer; while `loading`, that of the question before. */
  readonly value?: T;
  readonly error?: Error;
  readonly loading: boolean;
  /** The user stopped the question; `value` is what was there before. */
  readonly cancelled: boolean;
  readonly cancel: () => void;
  readonly retry: () => void;
}

/** Nothing answers: not a refusal, which would come again. */
export function isUnreachable(error: Error): boolean {
  return error instanceof HostError && error.code === 'unreachable';
}

/**
 * Asks `fetch` whenever `key` changes. `key` must hold everything that the answer depends on; `undefined` asks nothing.
 */
export function useAnswer<T>(key: string | undefined, fetch: (signal: AbortSignal) => Promise<T>): Answer<T> {
  const [state, setState] = useState<{ value?: T; error?: Error; loading: boolean; cancelled: boolean }>({
    loading: key !== undefined,
    cancelled: false,
  });
  const [attempt, setAttempt] = useState(0);
  const failures = useRef(0);
  const latestFetch = useRef(fetch);
  latestFetch.current = fetch;
  const controller = useRef<AbortController>();

  useEffect(() => {
    if (key === undefined) {
      setState({ loading: false, cancelled: false });
      return undefined;
    }
    const mine = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    controller.current = mine;
    setState((before) => ({
      value: before.value,
      ...(failures.current > 0 && before.error !== undefined && { error: before.error }),
      loading: true,
      cancelled: false,
    }));
    latestFetch.current(mine.signal).then(
      (value) => {
        if (!mine.signal.aborted) {
          failures.current = 0;
          setState({ value, loading: false, cancelled: false });
        }
      },
      (error: unknown) => {
        if (!mine.signal.aborted) {
          const shown = error instanceof Error ? error : new Error(String(error));
          setState((before) => ({ value: before.value, error: shown, loading: false, cancelled: false }));
          if (isUnreachable(shown)) {
            const delay = RETRY_DELAYS[Math.min(failures.current, RETRY_DELAYS.length - 1)];
            failures.current += 1;
            timer = setTimeout(() => setAttempt((count) => count + 1), delay);
          } else {
            failures.current = 0;
          }
        }
      }
    );
    return () => {
      mine.abort();
      clearTimeout(timer);
    };
  }, [key, attempt]);

  const cancel = useCallback(() => {
    controller.current?.abort();
    setState((before) => (before.loading ? { value: before.value, loading: false, cancelled: true } : before));
  }, []);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  return { ...state, cancel, retry };
}
