// SPDX-License-Identifier: Apache-2.0
//
// One HTTP request to the store that this page came from, with its failures turned into `HostError`s that a
// person can act on.
import { HostError } from '@tracewell/views';
import type { ErrorJson } from '@tracewell/protocols';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** GETs JSON of a known shape. `path` is relative to the console's base. */
export async function getJson<T>(basePath: string, path: string, query: Query, signal: AbortSignal): Promise<T> {
  const response = await get(basePath, path, query, signal, 'application/json');
  // The store is the same release as this page: its JSON is what the shapes say.
  return (await response.json()) as T;
}

/** GETs bytes; undefined for 404. */
export async function getBytes(
  basePath: string,
  path: string,
  query: Query,
  signal: AbortSignal
): Promise<Uint8Array | undefined> {
  try {
    const response = await get(basePath, path, query, signal, 'application/protobuf');
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    if (error instanceof HostError && error.code === 'not-found') {
      return undefined;
    }
    throw error;
  }
}

async function get(
  basePath: string,
  path: string,
  query: Query,
  signal: AbortSignal,
  accept: string
): Promise<Response> {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) {
      params.set(name, String(value));
    }
  }
  const text = params.toString();
  let response: Response;
  try {
    response = await fetch(`${basePath}${path}${text === '' ? '' : `?${text}`}`, {
      signal,
      headers: { Accept: accept },
    });
  } catch (cause) {
    if (signal.aborted) {
      throw cause;
    }
    throw new HostError('unreachable', 'The store does not answer. Is it still running?', { retryable: true, cause });
  }
  if (!response.ok) {
    throw await failure(response);
  }
  return response;
}

async function failure(response: Response): Promise<HostError> {
  const body = await response.text();
  const retryable = response.status === 429 || response.status >= 500;
  if (response.headers.get('content-type')?.includes('application/json') === true) {
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
