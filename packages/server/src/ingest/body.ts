// SPDX-License-Identifier: Apache-2.0
//
// Reads and decompresses request bodies within limits: at no time more than the limit is held, whatever
// the sender claims. The result is memory of its own that can be transferred to another thread.
import { requestMemory } from '@tracewell/store';
import type { IncomingMessage } from 'node:http';
import { gunzip, gunzipSync, inflate, inflateSync, type ZlibOptions } from 'node:zlib';
import { codeOf, messageOf } from '../telemetry/failure.ts';
import { refusals } from './refusal.ts';

/** Reads on after a refusal for at most this long, so that a client that only writes gets to the answer. */
const DRAIN_MS = 2000;
/** Up to this size, decompressing here costs less than the way to the thread pool and back. */
const SYNC_BYTES = 64 * 1024;
/** A body of this size is not copied to spare the collector. */
const LARGE_BYTES = 2 * 2 ** 20;

/**
 * The whole body as it arrived.
 *
 * @throws Refusal if it is larger than `limit` or the client went away; the rest was read and dropped then
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const declared = declaredLength(request);
  if (declared !== undefined && declared > limit) {
    await drain(request);
    throw refusals.bodyTooLarge(limit);
  }
  const body = await (declared === undefined ? readChunks(request, limit) : readDeclared(request, declared));
  if (body === undefined) {
    await drain(request);
    throw refusals.bodyTooLarge(limit);
  }
  return body;
}

/** The Content-Length, if there is a usable one. */
export function declaredLength(request: IncomingMessage): number | undefined {
  const header = request.headers['content-length'];
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

function readDeclared(request: IncomingMessage, length: number): Promise<Uint8Array<ArrayBuffer>> {
  // Node's parser never lets more than Content-Length through, so the buffer cannot overflow.
  const body = requestMemory.take(length);
  let offset = 0;
  return collect(
    request,
    (chunk) => {
      body.set(chunk, offset);
      offset += chunk.length;
      return true;
    },
    // Node lets no less through either; should it ever, what was in this memory before must not be taken for the rest.
    () => body.subarray(0, offset)
  ).then((complete) => complete ?? body);
}

function readChunks(request: IncomingMessage, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  return collect(
    request,
    (chunk) => {
      chunks.push(chunk);
      length += chunk.length;
      return length <= limit;
    },
    () => {
      const body = requestMemory.take(length);
      let offset = 0;
      for (const chunk of chunks) {
        body.set(chunk, offset);
        offset += chunk.length;
      }
      return body;
    }
  );
}

/** Feeds chunks to `take` until the end, or until it says no (then undefined). */
function collect<T>(
  request: IncomingMessage,
  take: (chunk: Buffer) => boolean,
  finish: () => T
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      request.off('data', onData);
      request.off('end', onEnd);
      request.off('close', onBroken);
      request.off('error', onBroken);
    };
    const onData = (chunk: Buffer) => {
      if (!take(chunk)) {
        stop();
        resolve(undefined);
      }
    };
    const onEnd = () => {
      stop();
      resolve(finish());
    };
    const onBroken = () => {
      stop();
      reject(refusals.incomplete());
    };
    request.on('data', onData);
    request.on('end', onEnd);
    request.on('close', onBroken);
    request.on('error', onBroken);
  });
}

/** Drops what still comes. A connection that is reset while the client writes would lose the answer. */
async function drain(request: IncomingMessage): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, DRAIN_MS);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    request.once('end', done);
    request.once('close', done);
    request.once('error', done);
    request.resume();
  });
}

/** Encodings in the spelling of Content-Encoding. */
export type BodyEncoding = 'gzip' | 'deflate' | 'identity';

/** The encoding that a header names; undefined if it is not one of ours. */
export function bodyEncoding(header: string | undefined): BodyEncoding | undefined {
  const name = (header ?? '').trim().toLowerCase();
  return name === '' || name === 'identity'
    ? 'identity'
    : name === 'gzip' || name === 'x-gzip'
      ? 'gzip'
      : name === 'deflate'
        ? 'deflate'
        : undefined;
}

/**
 * Decompresses into memory of its own; stops as soon as the output exceeds `limit`.
 *
 * @throws Refusal for broken data and for too much of it
 */
export async function decompress(
  body: Uint8Array<ArrayBuffer>,
  encoding: BodyEncoding,
  limit: number
): Promise<Uint8Array<ArrayBuffer>> {
  if (encoding === 'identity') {
    if (body.length > limit) {
      throw refusals.decompressedTooLarge(limit);
    }
    return body;
  }
  const expected = encoding === 'gzip' ? gzipSize(body) : undefined;
  // Honest gzip names its size at the end, so one output buffer does. A lie must not allocate much: spans
  // compress to a tenth, rarely to a fiftieth.
  const chunkSize = Math.max(SYNC_BYTES, Math.min((expected ?? body.length * 8) + 1, limit + 1, body.length * 64));
  const options: ZlibOptions = { maxOutputLength: limit, chunkSize };
  try {
    const isSmall = (expected ?? Infinity) <= SYNC_BYTES && body.length <= SYNC_BYTES;
    const output = isSmall
      ? (encoding === 'gzip' ? gunzipSync : inflateSync)(body, options)
      : await decompressAsync(encoding, body, options);
    return ownMemory(output);
  } catch (cause) {
    throw codeOf(cause) === 'ERR_BUFFER_TOO_LARGE'
      ? refusals.decompressedTooLarge(limit)
      : refusals.brokenCompression(encoding, messageOf(cause));
  }
}

function decompressAsync(encoding: 'gzip' | 'deflate', body: Uint8Array, options: ZlibOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    (encoding === 'gzip' ? gunzip : inflate)(body, options, (error, output) => {
      if (error === null) {
        resolve(output);
      } else {
        reject(error);
      }
    });
  });
}

/** Deflate makes nothing smaller than this share of it. */
const MOST_DEFLATED = 1032;

/**
 * What a body will take when it is decompressed: as much as it says itself if it is gzip, a guess otherwise. Never more
 * than `limit`, nor than can be in it.
 */
export function expectedSize(body: Uint8Array, encoding: BodyEncoding, limit: number): number {
  const said = encoding === 'identity' ? 0 : ((encoding === 'gzip' ? gzipSize(body) : undefined) ?? body.length * 8);
  return Math.min(said, limit, body.length * MOST_DEFLATED);
}

/** The size modulo 2^32 that a gzip stream names in its last four bytes (RFC 1952, ISIZE). */
function gzipSize(body: Uint8Array): number | undefined {
  return body.length < 18
    ? undefined
    : new DataView(body.buffer, body.byteOffset + body.length - 4, 4).getUint32(0, true);
}

/**
 * The bytes in memory that nothing else uses. They are copied, into memory that comes back, unless they are large and
 * alone in theirs: what is not given away is garbage that does not live long.
 */
export function ownMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  if (bytes.length >= LARGE_BYTES && buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length) {
    return new Uint8Array(buffer);
  }
  const own = requestMemory.take(bytes.length);
  own.set(bytes);
  return own;
}
