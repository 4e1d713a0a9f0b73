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

/**
 * GETs JSON of a known shape. Throws a `HostError`: that of `failure` for a status that is not 2xx, `not-json` for an
 * answer that is no JSON.
 */
export async function getJson<T>(transport: Transport, path: string, query: Query, signal: AbortSignal): Promise<T> {
  const response = await get(transport, path, query, signal, 'application/json');
  const text = textOf(response);
  try {
    // What answers has said before, by its capabilities, that it speaks this shape.
    return JSON.parse(text) as T;
  } catch (cause) {
    const found = `${response.contentType || 'no content type'}, "${text.slice(0, 60)}"`;
    throw new HostError('not-json', `Expected JSON from ${path}, found ${found}.`, { cause });
  }
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

/** GETs text. */
export async function getText(transport: Transport, path: string, signal: AbortSignal): Promise<string> {
  return textOf(await get(transport, path, {}, signal, 'text/plain'));
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
    throw failure(response, params.get('q') ?? '');
  }
  return response;
}

function textOf(response: TransportResponse): string {
  return new TextDecoder().decode(response.body);
}

/**
 * What a refusal says: our own API says it in JSON with a code and a place in `query`, Tempo in plain text that names
 * line and column.
 */
function failure(response: TransportResponse, query: string): HostError {
  const body = textOf(response);
  const { status } = response;
  const retryable = status === 429 || status >= 500;
  if (response.contentType.includes('application/json')) {
    const parsed = errorOf(body);
    if (parsed !== undefined) {
      return new HostError(parsed.code, parsed.message, {
        retryable,
        ...(parsed.range === undefined ? {} : { range: parsed.range }),
      });
    }
  }
  if (status === 401 || status === 403) {
    const code = status === 401 ? 'unauthorized' : 'forbidden';
    return new HostError(code, `The store refuses this access: ${body === '' ? `status ${String(status)}` : body}`);
  }
  const place = /^(?:invalid TraceQL query: )?(parse error at line (\d+), col (\d+): [^]*)$/.exec(body.trim());
  if (status === 400 && place !== null) {
    const start = offsetOf(query, Number(place[2]), Number(place[3]));
    return new HostError('invalid-query', place[1] ?? body, { range: { start, end: start + 1 } });
  }
  const code = status === 404 ? 'not-found' : `http-${String(status)}`;
  return new HostError(code, body === '' ? `The store answered with status ${String(status)}.` : body, { retryable });
}

/** Offset into `text` of a line and column that count from 1, within the text. */
function offsetOf(text: string, line: number, column: number): number {
  const before = text.split('\n').slice(0, line - 1);
  const offset = before.reduce((sum, part) => sum + part.length + 1, 0) + column - 1;
  return Math.max(0, Math.min(text.length, offset));
}

function errorOf(body: string): ErrorJson['error'] | undefined {
  try {
    const { error } = JSON.parse(body) as Partial<ErrorJson>;
    return typeof error?.message === 'string' ? error : undefined;
  } catch {
    return undefined;
  }
}
