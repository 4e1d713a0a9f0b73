// SPDX-License-Identifier: Apache-2.0
//
// What of the map is chosen, a node or an edge, and how it stands in the address.

import { useCallback, useMemo } from 'react';
import type { HostNavigation } from '../host.ts';

export type Chosen =
  { readonly node: string } | { readonly edge: readonly [client: string, server: string] } | undefined;

/** The choice in an address's parameters; none if they were cut short. */
export function parseChosen(node: string | null, edge: string | null): Chosen {
  if (node !== null) {
    return { node };
  }
  if (edge === null) {
    return undefined;
  }
  try {
    const parsed: unknown = JSON.parse(edge);
    if (Array.isArray(parsed) && typeof parsed[0] === 'string' && typeof parsed[1] === 'string') {
      return { edge: [parsed[0], parsed[1]] };
    }
  } catch {
    // An address that somebody cut short: nothing is chosen.
  }
  return undefined;
}

/** The choice, and how to change it. */
export function useChosen(navigation: HostNavigation): readonly [Chosen, (next: Chosen) => void] {
  const node = navigation.params.get('node');
  const edge = navigation.params.get('edge');
  const chosen = useMemo(() => parseChosen(node, edge), [node, edge]);
  const choose = useCallback(
    (next: Chosen) =>
      navigation.setParams({
        node: next !== undefined && 'node' in next ? next.node : undefined,
        edge: next !== undefined && 'edge' in next ? JSON.stringify(next.edge) : undefined,
      }),
    [navigation]
  );
  return [chosen, choose];
}
