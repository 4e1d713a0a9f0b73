// SPDX-License-Identifier: Apache-2.0
//
// A real server over a real store in a folder of its own, and drawn traces to put into it: for tests of the whole
// way from the wire to the answer.
import { encodeSpans } from '@tracewell/protocols';
import { openStore, type Store } from '@tracewell/store';
import { spansFromText, type Span } from '@tracewell/trace';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { toStoreOptions } from '../cli/store-options.ts';
import { parseConfig } from '../config/parse.ts';
import { send, startTestServer, type Answer, type TestServer } from './test-server.ts';

/** A server to ask, the store behind it, and an end to both. */
export interface RealServer {
  readonly store: Store;
  readonly server: TestServer;
  /** Address without a slash at its end. */
  readonly url: string;
  /** GET below the address; parameters that are undefined are left out. */
  get(
    route: string,
    parameters?: Readonly<Record<string, string | number | bigint | undefined>>,
    headers?: Readonly<Record<string, string>>
  ): Promise<Answer>;
  ingest(spans: readonly Span[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens both. `flags` as on the command line. */
export async function startRealServer(flags: readonly string[] = []): Promise<RealServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tracewell-server-'));
  const all = ['--data-dir', folder, '--min-free-disk', '0', ...flags];
  const store = await openStore(toStoreOptions(parseConfig(all, {})), { log: () => undefined });
  const server = await startTestServer(store, all);
  const url = server.urls.console.replace(/\/$/, '');
  return {
    store,
    server,
    url,
    get: (route, parameters = {}, headers = {}) => {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(parameters)) {
        if (value !== undefined) {
          query.set(name, String(value));
        }
      }
      return send(`${url}${route}?${query.toString()}`, { headers });
    },
    ingest: async (spans) => void (await store.ingest(encodeSpans(spans))),
    close: async () => {
      await server.close();
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The drawn trace with an id of its own, its left edge at `start` (nanoseconds). */
export function drawnSpans(text: string, traceId: string, start: bigint): Span[] {
  const spans = spansFromText(text);
  const first = spans.reduce((least, { startUnixNano }) => (startUnixNano < least ? startUnixNano : least), 2n ** 63n);
  return spans.map((span, index) => ({
    ...span,
    traceId,
    spanId: `${traceId.slice(-8)}${(index + 1).toString(16).padStart(8, '0')}`,
    parentSpanId: parentOf(span, traceId),
    startUnixNano: span.startUnixNano - first + start,
    endUnixNano: span.endUnixNano - first + start,
  }));
}

/** Drawn spans count from 1 in every drawing; with the trace's id in front they differ. */
function parentOf({ parentSpanId }: Span, traceId: string): string {
  return parentSpanId === '' ? '' : `${traceId.slice(-8)}${parentSpanId.slice(-8)}`;
}
