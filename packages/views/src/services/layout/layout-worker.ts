// SPDX-License-Identifier: Apache-2.0
//
// The layout as a worker: takes `{ id, input }`, answers `{ id, result }` or `{ id, error }`. Bundled by each host.
import { computeLayout } from './graph-layout.ts';
import type { LayoutInput } from './graph-layout.ts';

self.onmessage = (event: MessageEvent<{ id: number; input: LayoutInput }>) => {
  const { id, input } = event.data;
  try {
    self.postMessage({ id, result: computeLayout(input) });
  } catch (error) {
    self.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
};
