// SPDX-License-Identifier: Apache-2.0
//
// Requests to the store through Grafana's data source proxy, which adds the credentials.
import { getBackendSrv, isFetchError } from '@grafana/runtime';
import type { Transport } from '@tracewell/client';
import { lastValueFrom } from 'rxjs';

/** Requests to the data source whose proxy address is `url`. */
export function createProxyTransport(url: string): Transport {
  return async ({ path, accept, signal }) => {
    signal.throwIfAborted();
    try {
      const response = await lastValueFrom(
        getBackendSrv().fetch<ArrayBuffer>({
          url: `${url}/${path}`,
          headers: { Accept: accept },
          responseType: 'arraybuffer',
          showErrorAlert: false,
          abortSignal: signal,
        })
      );
      return {
        status: response.status,
        contentType: response.headers.get('content-type') ?? '',
        body: response.data,
      };
    } catch (error) {
      if (isFetchError<unknown>(error) && error.data instanceof ArrayBuffer) {
        return { status: error.status, contentType: 'application/json', body: error.data };
      }
      throw error;
    }
  };
}
