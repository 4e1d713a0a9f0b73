// SPDX-License-Identifier: Apache-2.0
//
// Requests to the store through Grafana's data source proxy, which adds the credentials. The proxy has answers of its
// own, which are told from the store's here: it turns a refusal of the credentials into 400, and everything that keeps it
// from the store into 502.
import { getBackendSrv, isFetchError } from '@grafana/runtime';
import type { FetchError } from '@grafana/runtime';
import type { Transport, TransportResponse } from '@tracewell/client';
import { HostError } from '@tracewell/views';
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
          showSuccessAlert: false,
          abortSignal: signal,
        })
      );
      const contentType = response.headers.get('content-type') ?? '';
      return { status: response.status, contentType, body: response.data };
    } catch (error) {
      signal.throwIfAborted();
      if (isFetchError<unknown>(error)) {
        return refused(error);
      }
      throw noGrafana(error);
    }
  };
}

/** What the store answered, or a `HostError` if it was not the store. */
function refused(error: FetchError<unknown>): TransportResponse {
  const body = error.data instanceof ArrayBuffer ? error.data : new ArrayBuffer(0);
  const text = new TextDecoder().decode(body);
  const { status } = error;
  if (status === 400 && text === 'Authentication to data source failed') {
    throw new HostError(
      'unauthorized',
      'The store refuses the credentials. Check user, password or token in the settings of the data source.'
    );
  }
  // Our store answers 503 and 504 in JSON or text of its own; an empty body is the proxy's.
  if (text === '' && status === 502) {
    throw new HostError(
      'unreachable',
      'The Grafana server cannot reach the store: wrong address, or nothing listens there. The address is as seen from the Grafana server, which in a container is not your own machine.',
      { retryable: true }
    );
  }
  if (text === '' && status === 504) {
    throw new HostError('timeout', 'The store did not answer the Grafana server in time.', { retryable: true });
  }
  const message = grafanaMessage(text);
  if (message !== undefined && (status === 401 || status === 403 || status === 404)) {
    const code = status === 404 ? 'no-data-source' : 'forbidden';
    throw new HostError(code, `Grafana refuses the request: ${message}`);
  }
  if (!Number.isInteger(status) || status === 0) {
    throw noGrafana(error);
  }
  return { status, contentType: looksLikeJson(text) ? 'application/json' : 'text/plain', body };
}

function noGrafana(cause: unknown): HostError {
  return new HostError('unreachable', 'Grafana itself does not answer. Is the connection up?', {
    retryable: true,
    cause,
  });
}

/** The message of an error of Grafana's own API. */
function grafanaMessage(text: string): string | undefined {
  if (!looksLikeJson(text)) {
    return undefined;
  }
  try {
    const found: unknown = JSON.parse(text);
    const hasMessage = typeof found === 'object' && found !== null && 'message' in found && !('error' in found);
    return hasMessage && typeof found.message === 'string' ? found.message : undefined;
  } catch {
    return undefined;
  }
}

function looksLikeJson(text: string): boolean {
  return text.startsWith('{');
}
