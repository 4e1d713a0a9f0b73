// SPDX-License-Identifier: Apache-2.0
//
// A client of a running store, as plain as can be: posts export requests, reads traces and metrics, and waits for
// what has to happen.
import { decodeTraceById } from './official-otlp.ts';
import type { PlainMessage } from './official-otlp.ts';

/** Addresses of a store, without a slash at the end. */
export interface StoreAddresses {
  readonly http: string;
  readonly otlpHttp: string;
}

/** The answer to an export; status 0 if the connection failed. */
export interface ExportAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
  /** The body as text: of a refusal it holds the sentence that says why. */
  readonly text: string;
}

/** Posts one export request in protobuf. */
export async function postExport(store: StoreAddresses, body: Uint8Array<ArrayBuffer>): Promise<ExportAnswer> {
  try {
    const response = await fetch(`${store.otlpHttp}/v1/traces`, {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'application/x-protobuf' },
    });
    return { status: response.status, retryAfter: response.headers.get('retry-after'), text: await response.text() };
  } catch (error) {
    return { status: 0, retryAfter: null, text: String(error) };
  }
}

/** A trace by id; without spans if there is none. Throws if the store answers anything but 200 and 404. */
export async function readTrace(store: StoreAddresses, traceId: string): Promise<PlainMessage> {
  const response = await fetch(`${store.http}/api/v2/traces/${traceId}`, {
    headers: { Accept: 'application/protobuf' },
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (response.status === 404) {
    return {};
  }
  if (response.status !== 200) {
    throw new Error(`trace ${traceId}: ${String(response.status)} ${Buffer.from(bytes).toString('utf8')}`);
  }
  return decodeTraceById(bytes);
}

/** All samples of /metrics: `name{labels}` to value. */
export async function readMetrics(store: StoreAddresses): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${store.http}/metrics`)).text();
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))])
  );
}

/** Polls until `check` gives something; rejects with `what` after `timeoutMs`. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 30_000
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await check();
    if (found !== undefined) {
      return found;
    }
    if (performance.now() > deadline) {
      throw new Error(`waited ${String(timeoutMs)} ms in vain: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
