// SPDX-License-Identifier: Apache-2.0
//
// Sending answers of the query port: gzip where the client takes it, and a signal that fires when the
// client goes away, so that a closed tab stops its query.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { setMaxListeners } from 'node:events';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

const compress = promisify(gzip);
/** Below this, compression saves less than it costs. */
const MIN_GZIP_BYTES = 1024;

/** Fires when the client closes the connection before it has its answer. */
export function clientGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  // A query listens once for each of its statements.
  setMaxListeners(0, controller.signal);
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) {
      controller.abort();
    }
  });
  return controller.signal;
}

/** The parsed query string of a request. */
export function queryOf(request: FastifyRequest): URLSearchParams {
  const url = request.raw.url ?? '';
  const mark = url.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
}

/** Whether the answer is to be protobuf: Tempo looks for the words anywhere in the header. */
export function wantsProtobuf(request: FastifyRequest): boolean {
  return (request.headers.accept ?? '').includes('application/protobuf');
}

/** Sends a body, compressed if that is asked for and worth it. */
export async function sendBody(
  request: FastifyRequest,
  reply: FastifyReply,
  contentType: string,
  body: string | Uint8Array
): Promise<FastifyReply> {
  const bytes =
    typeof body === 'string' ? Buffer.from(body, 'utf8') : Buffer.from(body.buffer, body.byteOffset, body.length);
  reply.header('Content-Type', contentType).header('Vary', 'Accept, Accept-Encoding');
  if (bytes.length < MIN_GZIP_BYTES || !acceptsGzip(request.headers['accept-encoding'])) {
    return reply.send(bytes);
  }
  // The fastest level: answers travel short ways, and the thread pool is shared with commits.
  const compressed = await compress(bytes, { level: constants.Z_BEST_SPEED });
  return reply.header('Content-Encoding', 'gzip').send(compressed);
}

/** Sends protobuf. */
export function sendProtobuf(request: FastifyRequest, reply: FastifyReply, body: Uint8Array): Promise<FastifyReply> {
  return sendBody(request, reply, 'application/protobuf', body);
}

/** Sends JSON that is text already. */
export function sendJsonText(request: FastifyRequest, reply: FastifyReply, text: string): Promise<FastifyReply> {
  return sendBody(request, reply, 'application/json; charset=utf-8', text);
}

/** Sends JSON. */
export function sendJson(request: FastifyRequest, reply: FastifyReply, value: unknown): Promise<FastifyReply> {
  return sendBody(request, reply, 'application/json; charset=utf-8', JSON.stringify(value));
}

/** Whether an Accept-Encoding header names gzip without forbidding it (`gzip;q=0`). */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return text.split(',').some((item) => {
    const [name, ...parameters] = item
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/);
    return name === 'gzip' && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}
