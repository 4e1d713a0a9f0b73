// SPDX-License-Identifier: Apache-2.0
//
// Reads a file of traces: OTLP JSON, a document or one a line (TracesData or export requests, as the Collector's and
// our own exports write them), or one protobuf message; gzip or not. What it is, its first bytes tell.
import { decodeExportJson, MalformedRequestError } from '@tracewell/protocols';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf } from '../../telemetry/failure.ts';
import { CommandError } from '../target/target.ts';

/** One message of a file. */
export interface TraceDocument {
  /** OTLP TracesData in protobuf. */
  readonly bytes: Uint8Array;
  /** Bytes of the file, as it lies on the disk, that have been read so far. */
  readonly read: number;
}

/** Longest message in protobuf, which has to be read whole. */
const MAX_MESSAGE_BYTES = 2 ** 30;
const NEW_LINE = 0x0a;

/** The messages of a file in order. Rejects with CommandError that names the file and the line. */
export async function* readTraces(path: string): AsyncGenerator<TraceDocument> {
  const start = await firstBytes(path);
  const isGzip = start[0] === 0x1f && start[1] === 0x8b;
  const file = createReadStream(path);
  const source: Readable = isGzip ? file.pipe(createGunzip()) : file;
  file.on('error', (error) => source.destroy(error));
  try {
    for await (const bytes of documents(source, path)) {
      yield { bytes, read: file.bytesRead };
    }
  } catch (error) {
    throw error instanceof CommandError ? error : new CommandError(`${path}: ${messageOf(error)}`);
  } finally {
    source.destroy();
    file.destroy();
  }
}

async function firstBytes(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new CommandError(`cannot read ${path}: ${messageOf(error)}`);
  }
}

async function* documents(source: Readable, path: string): AsyncGenerator<Uint8Array> {
  let isJson: boolean | undefined;
  let line = 1;
  /** Of the line, or the document, that is being read. */
  let pending: Buffer[] = [];
  /** The first line is no document by itself: all of the file is one. */
  let isOne = false;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    isJson ??= looksLikeJson(chunk);
    let from = 0;
    for (let at = isJson && !isOne ? chunk.indexOf(NEW_LINE) : -1; at >= 0; at = chunk.indexOf(NEW_LINE, from)) {
      pending.push(chunk.subarray(from, at));
      from = at + 1;
      const text = Buffer.concat(pending).toString('utf8');
      if (line === 1 && !isWhole(text)) {
        isOne = true;
        pending.push(Buffer.of(NEW_LINE));
        break;
      }
      pending = [];
      if (text.trim() !== '') {
        yield fromJson(text, `${path}, line ${line}`);
      }
      line += 1;
    }
    pending.push(chunk.subarray(from));
    if (isJson === false && pending.reduce((sum, { length }) => sum + length, 0) > MAX_MESSAGE_BYTES) {
      throw new CommandError(`${path}: neither JSON, nor one protobuf message of at most ${MAX_MESSAGE_BYTES} bytes`);
    }
  }
  const rest = Buffer.concat(pending);
  if (isJson === false) {
    yield rest;
  } else if (rest.toString('utf8').trim() !== '') {
    yield fromJson(rest.toString('utf8'), isOne ? path : `${path}, line ${line}`);
  }
}

/** A protobuf message begins with the tag of its only field, which in text is a line feed; but it has other control characters soon. */
function looksLikeJson(chunk: Buffer): boolean {
  const text = chunk.subarray(0, 1000).toString('utf8');
  return /^\ufeff?\s*\{/.test(text) && !/[^\P{Cc}\s]/u.test(text);
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return text.trim() === '';
  }
}

function fromJson(text: string, where: string): Uint8Array {
  try {
    return decodeExportJson(text.replace(/^\ufeff/, ''));
  } catch (error) {
    if (error instanceof MalformedRequestError) {
      throw new CommandError(`${where}: not OTLP JSON: ${error.message}`);
    }
    throw error;
  }
}
