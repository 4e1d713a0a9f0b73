// SPDX-License-Identifier: Apache-2.0
//
// One question to the host's data port and the state of its answer. While a new answer is on its way the old one
// stays, so that nothing on the screen jumps; a question that nobody waits for any more is aborted.
import { useCallback, useEffect, useRef, useState } from 'react';

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

/**
 * Asks `fetch` whenever `key` changes. `key` must hold everything that the answer depends on; `undefined` asks nothing.
 */
export function useAnswer<T>(key: string | undefined, fetch: (signal: AbortSignal) => Promise<T>): Answer<T> {
  const [state, setState] = useState<{ value?: T; error?: Error; loading: boolean; cancelled: boolean }>({
    loading: key !== undefined,
    cancelled: false,
  });
  const [attempt, setAttempt] = useState(0);
  const latestFetch = useRef(fetch);
  latestFetch.current = fetch;
  const controller = useRef<AbortController>();

  useEffect(() => {
    if (key === undefined) {
      setState({ loading: false, cancelled: false });
      return undefined;
    }
    const mine = new AbortController();
    controller.current = mine;
    setState((before) => ({ value: before.value, loading: true, cancelled: false }));
    latestFetch.current(mine.signal).then(
      (value) => {
        if (!mine.signal.aborted) {
          setState({ value, loading: false, cancelled: false });
        }
      },
      (error: unknown) => {
        if (!mine.signal.aborted) {
          const shown = error instanceof Error ? error : new Error(String(error));
          setState((before) => ({ value: before.value, error: shown, loading: false, cancelled: false }));
        }
      }
    );
    return () => mine.abort();
  }, [key, attempt]);

  const cancel = useCallback(() => {
    controller.current?.abort();
    setState((before) => (before.loading ? { value: before.value, loading: false, cancelled: true } : before));
  }, []);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  return { ...state, cancel, retry };
}
