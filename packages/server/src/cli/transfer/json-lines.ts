// SPDX-License-Identifier: Apache-2.0
//
// OTLP JSON lines, as OpenTelemetry's file exporter writes them: one TracesData a line; compressed if the name says so.
import { encodeTracesJson } from '@tracewell/protocols';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Output } from '../operate-context.ts';
import type { TraceFile } from './trace-file.ts';

/** Opens a file; its content stands in `PATH.part` until it is closed. Rejects with Node's error. */
export async function openJsonLines(path: string): Promise<TraceFile> {
  const part = `${path}.part`;
  const file = createWriteStream(part);
  await once(file, 'open');
  const stream = path.endsWith('.gz') ? createGzip() : file;
  if (stream !== file) {
    stream.pipe(file);
  }
  const written = finished(file);
  // Told to whoever writes or closes next.
  written.catch(() => undefined);
  return {
    add: async (tracesData) => {
      if (!stream.write(`${encodeTracesJson(tracesData, 'otlp')}\n`)) {
        await Promise.race([once(stream, 'drain'), written]);
      }
    },
    close: async () => {
      stream.end();
      await written;
      await rename(part, path);
    },
    discard: async () => {
      stream.destroy();
      file.destroy();
      await rm(part, { force: true });
    },
  };
}

/** The same to standard output. */
export function jsonLinesTo(output: Output): TraceFile {
  return {
    add: async (tracesData) => {
      const hasRoom = output.write(`${encodeTracesJson(tracesData, 'otlp')}\n`);
      if (hasRoom === false && 'once' in output) {
        await new Promise<void>((resolve) => (output as NodeJS.WritableStream).once('drain', () => resolve()));
      }
    },
    close: () => Promise.resolve(),
    discard: () => Promise.resolve(),
  };
}
