// SPDX-License-Identifier: Apache-2.0
//
// The service map's layout off the main thread. Grafana cannot serve a nested plugin's second file, so the worker's script
// is part of the bundle (webpack.config.ts puts it there) and starts from a Blob; where a Content-Security-Policy forbids that,
// the view computes the layout itself.
declare const TRACEWELL_LAYOUT_WORKER: string;

/** Starts the layout worker; throws where workers from a Blob are forbidden at once. */
export function createLayoutWorker(): Worker {
  const address = URL.createObjectURL(new Blob([TRACEWELL_LAYOUT_WORKER], { type: 'text/javascript' }));
  try {
    return new Worker(address);
  } finally {
    // The worker has its script when the constructor returns or will not get it at all.
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }
}
