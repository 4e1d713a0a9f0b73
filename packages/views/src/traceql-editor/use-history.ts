// SPDX-License-Identifier: Apache-2.0
//
// Up and down through the queries of before, as in a shell: what was being typed is kept and comes back at the end.
import { useRef } from 'react';
import type { HostSettings } from '../host.ts';
import { queriesOf } from './query-history.ts';

export function useHistory(settings: HostSettings) {
  const walk = useRef<{ queries: readonly string[]; place: number; draft: string }>();
  return {
    /** The query before (`older`) or after the present one; undefined at either end. */
    step(text: string, older: boolean): string | undefined {
      const present = walk.current?.place === -1 ? walk.current.draft : walk.current?.queries[walk.current.place];
      if (walk.current === undefined || present !== text) {
        // Somebody has typed since: that is a new draft.
        walk.current = { queries: queriesOf(settings).filter((one) => one !== text), place: -1, draft: text };
      }
      const { queries, place, draft } = walk.current;
      const next = place + (older ? 1 : -1);
      if (next < -1 || next >= queries.length) {
        return undefined;
      }
      walk.current.place = next;
      return next === -1 ? draft : queries[next];
    },
    /** The text was run or chosen: the next walk begins anew. */
    end(): void {
      walk.current = undefined;
    },
  };
}
