// SPDX-License-Identifier: Apache-2.0
//
// Requests into a real store: what it says that it accepted is what it gives back, span by span, by the opinion of
// protobufjs on both.
import { decodeExportJson } from '@tracewell/protocols';
import { openStore, StoreError, type IngestResult, type Store } from '@tracewell/store';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decodeTraces, flatten, type FlatSpan } from '../support/official-otlp.ts';
import { jsonRequestOf, requestOf } from './inputs.ts';
import { mutateProtobuf } from './mutate-bytes.ts';
import { mutateJson } from './mutate-text.ts';
import { opinionOn } from './otlp-oracle.ts';
import { asBytes, asText, refusing, Violation, type Target } from './target.ts';

const SEAL_EVERY = 400;

/** A store in a folder of its own, and the targets that put requests into it. */
export class StoreTargets {
  readonly targets: readonly Target[] = [
    {
      name: 'OTLP protobuf into a store',
      make: (chance) => mutateProtobuf(chance, requestOf(chance)),
      run: (input) => this.checkStored(asBytes(input)),
    },
    {
      name: 'OTLP JSON into a store',
      make: (chance) => mutateJson(chance, jsonRequestOf(chance)),
      run: async (input) => {
        const bytes = refusing(['MalformedRequestError'], () => decodeExportJson(asText(input)));
        if (bytes !== undefined) {
          await this.checkStored(bytes);
        }
      },
    },
  ];
  private readonly folder: string;
  private readonly store: Store;
  private runs = 0;

  private constructor(store: Store, folder: string) {
    this.store = store;
    this.folder = folder;
  }

  static async open(): Promise<StoreTargets> {
    const folder = mkdtempSync(path.join(tmpdir(), 'tracewell-fuzz-'));
    const store = await openStore(
      {
        dataDir: folder,
        retention: { maxAgeMs: 1e12, maxBytes: 1e9 },
        limits: { maxSpansPerRequest: 1000, maxAttributeBytes: 100_000, maxSpanBytes: 1_000_000 },
        memoryLimitBytes: 200_000_000,
        threads: 1,
        maxBlockSpans: 20_000,
        maxBlockAgeMs: 3_600_000,
        commitSpans: 1000,
        commitDelayMs: 0,
        maxPendingSpans: 50_000,
        minFreeDiskBytes: 0,
      },
      { log: () => undefined }
    );
    return new StoreTargets(store, folder);
  }

  async close(): Promise<void> {
    await this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async checkStored(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const opinion = opinionOn(bytes);
    let result;
    try {
      result = await this.store.ingest(bytes.slice());
    } catch (error) {
      if (error instanceof StoreError && ['malformed', 'limit'].includes(error.code)) {
        return;
      }
      throw new Violation(`the store refused with ${String(error)}`, { cause: error });
    }
    const { acceptedSpans, duplicateSpans, rejectedSpans, message } = result;
    if (opinion?.isExact !== true) {
      return;
    }
    const sent = opinion.spans;
    if (acceptedSpans + duplicateSpans + rejectedSpans !== sent.length) {
      throw new Violation(
        `${acceptedSpans} accepted, ${duplicateSpans} duplicates, ${rejectedSpans} rejected; protobufjs finds ${sent.length} spans`
      );
    }
    if (rejectedSpans > 0 !== message.includes('rejected')) {
      throw new Violation(`${rejectedSpans} rejected, with the message ${JSON.stringify(message)}`);
    }
    await this.compare(sent, result);
    this.runs += 1;
    if (this.runs % SEAL_EVERY === 0) {
      await this.store.seal();
      await this.compare(sent, result);
    }
  }

  /**
   * Expects what is stored of these traces to be what was sent, but for as many spans as were rejected, or duplicates of
   * others in the request. Two spans may mean the same and be no duplicates: their bytes differ in what means nothing.
   */
  private async compare(sent: readonly FlatSpan[], { duplicateSpans, rejectedSpans }: IngestResult): Promise<void> {
    const times = new Map<string, number>();
    for (const span of sent) {
      const content = JSON.stringify(sorted(span));
      times.set(content, (times.get(content) ?? 0) + 1);
    }
    let found = 0;
    for (const traceId of new Set(sent.map(traceIdOf))) {
      if (!/^(?!0+$)[0-9a-f]{32}$/.test(traceId)) {
        continue;
      }
      const trace = await this.store.trace({ traceId, maxBytes: 1e8 });
      for (const span of trace === undefined ? [] : flatten(decodeTraces(trace.bytes))) {
        const content = JSON.stringify(sorted(span));
        const left = times.get(content) ?? 0;
        if (left === 0) {
          throw new Violation(
            `trace ${traceId} has a span that was not sent, or sent otherwise, or less often: ${content}`
          );
        }
        times.set(content, left - 1);
        found += 1;
      }
    }
    if (found !== sent.length - rejectedSpans - duplicateSpans) {
      throw new Violation(
        `${sent.length} spans sent, ${rejectedSpans} rejected, ${duplicateSpans} duplicates, ${found} found`
      );
    }
  }
}

function traceIdOf({ span }: FlatSpan): string {
  return typeof span['traceId'] === 'string' ? Buffer.from(span['traceId'], 'base64').toString('hex') : '';
}

/** With its keys in order: a message may have its fields in any. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  if (typeof value === 'number') {
    // JSON has no words for these.
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : `number ${Object.is(value, -0) ? '-0' : String(value)}`;
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)])
  );
}
