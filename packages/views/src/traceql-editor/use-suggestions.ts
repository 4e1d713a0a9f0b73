// SPDX-License-Identifier: Apache-2.0
//
// Suggestions for the caret, asked for after a short rest in typing.
import { situationAt } from '@tracewell/traceql';
import { useEffect, useRef, useState } from 'react';
import type { Host } from '../host.ts';
import { candidatesFor } from './candidates.ts';
import { rankSuggestions } from './suggestions.ts';
import type { Suggestion } from './suggestions.ts';

const restMs = 120;
const nothing: readonly Suggestion[] = [];

/** Suggestions at `caret` in `text`; none while the caret is undefined. */
export function useSuggestions(host: Host, text: string, caret: number | undefined): readonly Suggestion[] {
  const [suggestions, setSuggestions] = useState(nothing);
  const latestHost = useRef(host);
  latestHost.current = host;
  useEffect(() => {
    if (caret === undefined || text === '') {
      setSuggestions(nothing);
      return undefined;
    }
    const controller = new AbortController();
    const rest = setTimeout(() => {
      const situation = situationAt(text, caret);
      candidatesFor(situation, latestHost.current, controller.signal, text.slice(0, caret)).then(
        (candidates) => {
          if (!controller.signal.aborted) {
            setSuggestions(
              situation.kind === 'none' ? nothing : rankSuggestions(candidates, situation.prefix, situation.range)
            );
          }
        },
        // Completion is a help: without an answer there is simply none.
        () => undefined
      );
    }, restMs);
    return () => {
      clearTimeout(rest);
      controller.abort();
    };
  }, [text, caret]);
  return suggestions;
}
