// SPDX-License-Identifier: Apache-2.0
//
// Requests to a store, with their failures turned into `HostError`s that a person can act on. How a request
// travels is the host's business: the console uses `fetch`, Grafana its data source proxy.
import { HostError } from '@tracewell/views';
import type { ErrorJson } from '@tracewell/protocols';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface TransportRequest {
  /** Relative to the store's address, without a slash in front, with the query string. */
  readonly path: string;
  /** The media type that is wanted. */
  readonly accept: string;
  readonly signal: AbortSignal;
}

export interface TransportResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: ArrayBuffer;
}

/**
 * Sends one GET. Resolves for every answer of the store, whatever its status; rejects with a `HostError` if nothing
 * answered, and with whatever the signal brings if it was aborted.
 */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;

/** GETs JSON of a known shape. */
export async function getJson<T>(transport: Transport, path: string, query: Query, signal: AbortSignal): Promise<T> {
  const response = await get(transport, path, query, signal, 'application/json');
  // What answers has said before, by its capabilities, that it speaks this shape.
  return JSON.parse(textOf(response)) as T;
}

/** GETs bytes; undefined for 404. */
export async function getBytes(
  transport: Transport,
  path: string,
  query: Query,
  signal: AbortSignal
): Promise<Uint8Array | undefined> {
  try {
    const response = await get(transport, path, query, signal, 'application/protobuf');
    return new Uint8Array(response.body);
  } catch (error) {
    if (error instanceof HostError && error.code === 'not-found') {
      return undefined;
    }
    throw error;
  }
}

async function get(
  transport: Transport,
  path: string,
  query: Query,
  signal: AbortSignal,
  accept: string
): Promise<TransportResponse> {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) {
      params.set(name, String(value));
    }
  }
  const text = params.toString();
  const response = await transport({ path: text === '' ? path : `${path}?${text}`, accept, signal });
  if (response.status < 200 || response.status > 299) {
    throw failure(response);
  }
  return response;
}

function textOf(response: TransportResponse): string {
  return new TextDecoder().decode(response.body);
}

function failure(response: TransportResponse): HostError {
  const body = textOf(response);
  const retryable = response.status === 429 || response.status >= 500;
  if (response.contentType.includes('application/json')) {
    const parsed = errorOf(body);
    if (parsed !== undefined) {
      return new HostError(parsed.code, parsed.message, {
        retryable,
        ...(parsed.range === undefined ? {} : { range: parsed.range }),
      });
    }
  }
  const code = response.status === 404 ? 'not-found' : `http-${String(response.status)}`;
  return new HostError(code, body === '' ? `The store answered with status ${String(response.status)}.` : body, {
    retryable,
  });
}

function errorOf(body: string): ErrorJson['error'] | undefined {
  try {
    return (JSON.parse(body) as Partial<ErrorJson>).error;
  } catch {
    return undefined;
  }
}
