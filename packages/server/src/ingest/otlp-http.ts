// SPDX-License-Identifier: Apache-2.0
//
// OTLP over HTTP (specification 1.x, "OTLP/HTTP"): POST /v1/traces with protobuf or JSON, answered in the
// request's own format after the spans are synced. Plain node:http, because this is the hot path: between
// the socket and the store a body is copied once.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { encodeExportResponse, encodeExportResponseJson, encodeRpcStatusJson } from '@tracewell/protocols';
import type { IngestResult } from '@tracewell/store';
import type { Config } from '../config/options.ts';
import type { CredentialCheck } from '../listen/credentials.ts';
import { isOwnOrigin, refusedHostMessage, type HostCheck } from '../listen/host-check.ts';
import type { IngestProtocol, Metrics } from '../telemetry/metrics.ts';
import { bodyEncoding, declaredLength, decompress, expectedSize, readBody, type BodyEncoding } from './body.ts';
import type { ByteBudget } from './budget.ts';
import { exportRequestFromJson } from './json-request.ts';
import type { Receiver } from './receiver.ts';
import { encodeRefusal, Refusal, refusals, toRefusal } from './refusal.ts';

/** What the handler needs. */
export interface OtlpHttpOptions {
  readonly config: Pick<Config, 'maxBodyBytes' | 'maxDecompressedBytes' | 'otlpCorsOrigins'>;
  readonly receiver: Receiver;
  readonly metrics: Metrics;
  readonly credentials: CredentialCheck;
  readonly isAllowedHost: HostCheck;
  /** For the bytes of all exports in progress, those of gRPC included. */
  readonly budget: ByteBudget;
}

type Format = 'protobuf' | 'json';

const contentTypes: Readonly<Record<Format, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

/** Answers every request of the OTLP HTTP port. */
export function createOtlpHttpHandler(options: OtlpHttpOptions): RequestListener {
  return (request, response) => {
    handle(request, response, options).catch((error: unknown) => {
      // Everything expected is a Refusal and answered in `handle`; what is left is a broken connection.
      response.destroy(error instanceof Error ? error : undefined);
    });
  };
}

async function handle(request: IncomingMessage, response: ServerResponse, options: OtlpHttpOptions): Promise<void> {
  if (!options.isAllowedHost(request.headers.host)) {
    sendText(response, 403, refusedHostMessage(request.headers.host));
    return;
  }
  response.setHeader('X-Content-Type-Options', 'nosniff');
  const path = (request.url ?? '/').split('?', 1)[0];
  const { origin } = request.headers;
  const mayCross = origin !== undefined && allowsOrigin(options.config.otlpCorsOrigins, origin);
  if (mayCross) {
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Vary', 'Origin');
  }
  if (request.method === 'OPTIONS' && path === '/v1/traces') {
    sendPreflight(response, mayCross);
    return;
  }
  if (path === '/v1/traces' && request.method === 'POST') {
    await receiveExport(request, response, options, mayCross);
    return;
  }
  request.resume();
  if (path === '/v1/traces') {
    response.setHeader('Allow', 'POST');
    sendText(response, 405, `expected POST, found ${request.method ?? 'no method'}\n`);
  } else if (path === '/v1/metrics' || path === '/v1/logs') {
    const refusal = refusals.otherSignal(path === '/v1/metrics' ? 'metrics' : 'logs');
    sendRefusal(response, refusal, responseFormat(request));
  } else if (path === '/') {
    sendText(
      response,
      200,
      'This is the OTLP port of Tracewell: send traces with POST /v1/traces (protobuf or JSON).\n'
    );
  } else {
    sendText(response, 404, `there is nothing at ${path ?? ''}; send traces with POST /v1/traces\n`);
  }
}

function allowsOrigin(origins: readonly string[], origin: string): boolean {
  return origins.includes('*') || origins.includes(origin);
}

function sendPreflight(response: ServerResponse, mayCross: boolean): void {
  if (mayCross) {
    response.setHeader('Access-Control-Allow-Methods', 'POST');
    response.setHeader('Access-Control-Allow-Headers', 'content-type, content-encoding, authorization, traceparent');
    response.setHeader('Access-Control-Max-Age', '7200');
  }
  response.writeHead(mayCross ? 204 : 403);
  response.end();
}

interface Received {
  readonly protocol: IngestProtocol;
  readonly bytes: number;
  readonly result: IngestResult;
}

async function receiveExport(
  request: IncomingMessage,
  response: ServerResponse,
  options: OtlpHttpOptions,
  mayCross: boolean
): Promise<void> {
  const startedAt = performance.now();
  const format = requestFormat(request);
  const seconds = () => (performance.now() - startedAt) / 1000;
  const protocol: IngestProtocol = format === undefined ? 'http' : `http-${format}`;
  try {
    checkAccess(request, options, mayCross);
    const { bytes, result } = await receiveBody(request, format, options);
    const partial = { rejectedSpans: result.rejectedSpans, message: result.message };
    const isJson = format === 'json';
    send(
      response,
      200,
      isJson ? contentTypes.json : contentTypes.protobuf,
      isJson ? encodeExportResponseJson(partial) : encodeExportResponse(partial)
    );
    options.metrics.exported({
      protocol,
      status: 200,
      seconds: seconds(),
      bytes,
      accepted: result.acceptedSpans,
      duplicates: result.duplicateSpans,
      rejected: result.rejectedSpans,
    });
  } catch (error) {
    const refusal = toRefusal(error);
    if (refusal.httpStatus === 401) {
      response.setHeader('WWW-Authenticate', options.credentials.challenge);
    }
    if (!request.complete) {
      // What the client still sends is not read any more.
      response.setHeader('Connection', 'close');
      request.resume();
    }
    sendRefusal(response, refusal, format ?? responseFormat(request));
    options.metrics.exported({
      protocol,
      status: refusal.httpStatus,
      seconds: seconds(),
      bytes: declaredLength(request) ?? 0,
      refused: refusal.reason,
    });
  }
}

function checkAccess(request: IncomingMessage, options: OtlpHttpOptions, mayCross: boolean): void {
  const { origin, authorization, host } = request.headers;
  if (!options.credentials.allows(authorization)) {
    throw refusals.unauthenticated();
  }
  if (origin !== undefined && !mayCross && !isOwnOrigin(origin, host)) {
    throw refusals.foreignOrigin(origin);
  }
}

async function receiveBody(
  request: IncomingMessage,
  format: Format | undefined,
  { config, receiver, budget }: OtlpHttpOptions
): Promise<Omit<Received, 'protocol'>> {
  if (format === undefined) {
    throw refusals.unknownType(request.headers['content-type'] ?? '');
  }
  const encoding = bodyEncoding(request.headers['content-encoding']);
  if (encoding === undefined) {
    throw refusals.unknownEncoding(request.headers['content-encoding'] ?? '');
  }
  // A body of unknown length is taken to be as large as it may be.
  const hold = new Hold(budget, Math.min(declaredLength(request) ?? config.maxBodyBytes, config.maxBodyBytes));
  try {
    const body = await readBody(request, config.maxBodyBytes);
    const bytes = body.length;
    const content = await decompressWithin(hold, body, encoding, config.maxDecompressedBytes);
    const exported = format === 'json' ? exportRequestFromJson(content) : content;
    return { bytes, result: await receiver.receive(exported) };
  } finally {
    hold.release();
  }
}

/** Room for what comes out is had before it comes out: many small bodies may be huge ones, packed. */
async function decompressWithin(
  hold: Hold,
  body: Uint8Array<ArrayBuffer>,
  encoding: BodyEncoding,
  limit: number
): Promise<Uint8Array<ArrayBuffer>> {
  if (encoding === 'identity') {
    hold.resize(body.length);
    return decompress(body, encoding, limit);
  }
  const expected = expectedSize(body, encoding, limit);
  hold.resize(body.length + expected);
  const content = await decompress(body, encoding, expected).catch((error: unknown) => {
    if (!(error instanceof Refusal && error.httpStatus === 413) || expected === limit) {
      throw error;
    }
    // It is more than it said.
    hold.resize(body.length + limit);
    return decompress(body, encoding, limit);
  });
  hold.resize(content.length);
  return content;
}

/** What one export holds of the budget. */
class Hold {
  readonly #budget: ByteBudget;
  #bytes: number;

  /** @throws Refusal if there is no room for it now; so does {@link resize} */
  constructor(budget: ByteBudget, bytes: number) {
    if (!budget.tryReserve(bytes)) {
      throw refusals.overloaded();
    }
    this.#budget = budget;
    this.#bytes = bytes;
  }

  resize(bytes: number): void {
    this.#budget.release(this.#bytes);
    if (!this.#budget.tryReserve(bytes)) {
      this.#bytes = 0;
      throw refusals.overloaded();
    }
    this.#bytes = bytes;
  }

  release(): void {
    this.#budget.release(this.#bytes);
    this.#bytes = 0;
  }
}

function requestFormat(request: IncomingMessage): Format | undefined {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  return type === 'application/x-protobuf' || type === 'application/protobuf'
    ? 'protobuf'
    : type === 'application/json'
      ? 'json'
      : undefined;
}

/** The format of an answer to a request whose own format is unknown or does not matter. */
function responseFormat(request: IncomingMessage): Format {
  return requestFormat(request) ?? 'json';
}

function sendRefusal(response: ServerResponse, refusal: Refusal, format: Format): void {
  if (refusal.rpc.retryAfterMs !== undefined) {
    response.setHeader('Retry-After', String(Math.ceil(refusal.rpc.retryAfterMs / 1000)));
  }
  const body = format === 'json' ? encodeRpcStatusJson(refusal.rpc.code, refusal.rpc.message) : encodeRefusal(refusal);
  send(response, refusal.httpStatus, contentTypes[format], body);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, 'text/plain; charset=utf-8', text);
}

function send(response: ServerResponse, status: number, contentType: string, body: string | Uint8Array): void {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': bytes.length });
  response.end(bytes);
}
