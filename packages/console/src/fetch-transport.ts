// SPDX-License-Identifier: Apache-2.0
//
// Requests from the page to the store that served it.
import { HostError } from '@tracewell/views';
import type { Transport } from '@tracewell/client';

/** Requests to `basePath` of this origin. */
export function createFetchTransport(basePath: string): Transport {
  return async ({ path, accept, signal }) => {
    let response: Response;
    try {
      response = await fetch(`${basePath}${path}`, { signal, headers: { Accept: accept } });
    } catch (cause) {
      if (signal.aborted) {
        throw cause;
      }
      throw new HostError('unreachable', 'The store does not answer. Is it still running?', { retryable: true, cause });
    }
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      body: await response.arrayBuffer(),
    };
  };
}
