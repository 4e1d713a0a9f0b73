// SPDX-License-Identifier: Apache-2.0
//
// Lays a graph out in a worker, or in this thread where the host has none or the worker cannot start (a policy may
// forbid it). While a new layout is computed the old one stays.
import { useEffect, useState } from 'react';
import { computeLayout, layoutKey } from './graph-layout.ts';
import type { LayoutInput, LayoutResult } from './graph-layout.ts';

interface Laid {
  readonly input: LayoutInput;
  readonly result: LayoutResult;
}

/** The newest layout there is, with the input that it belongs to. */
export function useLayout(input: LayoutInput, createWorker: (() => Worker) | undefined): Laid | undefined {
  const [laid, setLaid] = useState<Laid>();
  const key = layoutKey(input);
  useEffect(() => {
    let over = false;
    // The key holds all of the input, so this is the input that the effect ran for.
    const [nodes, edges] = JSON.parse(key) as [LayoutInput['nodes'], LayoutInput['edges']];
    const wanted = { nodes, edges };
    const finish = (result: LayoutResult) => {
      if (!over) {
        setLaid({ input: wanted, result });
      }
    };
    const here = () => finish(computeLayout(wanted));
    const worker = startWorker(createWorker);
    if (worker === undefined) {
      here();
    } else {
      worker.onmessage = (event: MessageEvent<{ result?: LayoutResult }>) => {
        if (event.data.result === undefined) {
          here();
        } else {
          finish(event.data.result);
        }
        worker.terminate();
      };
      worker.onerror = () => {
        worker.terminate();
        here();
      };
      worker.postMessage({ id: 1, input: wanted });
    }
    return () => {
      over = true;
      worker?.terminate();
    };
  }, [key, createWorker]);
  return laid;
}

function startWorker(createWorker: (() => Worker) | undefined): Worker | undefined {
  try {
    return createWorker?.();
  } catch {
    return undefined;
  }
}
