// SPDX-License-Identifier: Apache-2.0
//
// Files for `tracewell import`: JSON in one piece or by the line, protobuf, gzip or not, changed before or after packing.
// What is read from one must be what a reader finds that has all of it in memory.
import { decodeExportJson } from '@tracewell/protocols';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { readTraces } from '../../packages/server/src/cli/transfer/read-traces.ts';
import { splitRequest } from '../../packages/server/src/cli/transfer/split-request.ts';
import { jsonRequestOf, requestOf } from './inputs.ts';
import { mutateBytes, mutateProtobuf } from './mutate-bytes.ts';
import { mutateJson } from './mutate-text.ts';
import { opinionOn } from './otlp-oracle.ts';
import type { Chance } from './random.ts';
import { asBytes, Violation, type Target } from './target.ts';

const parts = { maxBytes: 500, maxSpans: 3 };
/** How a file is refused: by a sentence that names it. */
const refusals = ['CommandError', 'MalformedRequestError'];

/** The target, and the folder of its file. */
export class ImportTarget implements Target {
  readonly name = 'import file';
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'tracewell-fuzz-import-'));

  make(chance: Chance): Uint8Array<ArrayBuffer> {
    const bytes = chance.once(3) ? protobufFile(chance) : jsonFile(chance);
    if (!chance.once(3)) {
      return bytes;
    }
    const packed = Uint8Array.from(gzipSync(bytes));
    return chance.once(2) ? mutateBytes(chance, packed) : packed;
  }

  async run(input: Parameters<Target['run']>[0]): Promise<void> {
    const bytes = asBytes(input);
    const file = path.join(this.folder, 'traces');
    writeFileSync(file, bytes);
    const found = await countRead(file);
    const expected = found === undefined ? undefined : countNaively(bytes);
    if (expected !== undefined && found !== expected) {
      throw new Violation(`${String(found)} spans read from a file that has ${String(expected)}`);
    }
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function protobufFile(chance: Chance): Uint8Array<ArrayBuffer> {
  return chance.once(2) ? requestOf(chance) : mutateProtobuf(chance, requestOf(chance));
}

function jsonFile(chance: Chance): Uint8Array<ArrayBuffer> {
  const lines = Array.from({ length: 1 + chance.below(4) }, () => {
    const text = jsonRequestOf(chance);
    return chance.once(4) ? mutateJson(chance, text) : text;
  });
  const [first = ''] = lines;
  const text = chance.once(3) ? indented(first) : lines.join(chance.of(['\n', '\n\n', '\r\n', '\n \n']));
  return new TextEncoder().encode(chance.of(['', '', '\ufeff', '\n']) + text + chance.of(['', '\n']));
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 1);
  } catch {
    return text;
  }
}

/** Spans in the requests that a file is cut into; undefined if it is refused. */
async function countRead(file: string): Promise<number | undefined> {
  let spans = 0;
  try {
    for await (const document of readTraces(file)) {
      for (const part of splitRequest(document.bytes, parts)) {
        spans += part.spans;
      }
    }
  } catch (error) {
    if (!(error instanceof Error) || !refusals.includes(error.name)) {
      throw new Violation(`threw ${String(error instanceof Error ? error.stack : error)}`, { cause: error });
    }
    return undefined;
  }
  return spans;
}

/** Spans in a file, read in one piece; undefined if there is no opinion on it. */
function countNaively(bytes: Uint8Array): number | undefined {
  try {
    const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
    const requests = jsonDocuments(Buffer.from(plain).toString('utf8'))?.map((text) => decodeExportJson(text));
    const opinions = (requests ?? [Uint8Array.from(plain)]).map(opinionOn);
    return opinions.every((opinion) => opinion?.isExact === true)
      ? opinions.reduce((sum, opinion) => sum + (opinion?.spans.length ?? 0), 0)
      : undefined;
  } catch {
    return undefined;
  }
}

function jsonDocuments(text: string): string[] | undefined {
  const whole = text.replace(/^\ufeff/, '');
  const lines = whole.split('\n').filter((line) => line.trim() !== '');
  return [lines, [whole]].find((documents) => documents.length > 0 && documents.every(isJson));
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
