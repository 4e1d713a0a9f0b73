// SPDX-License-Identifier: Apache-2.0
//
// A store that runs, by its admin API and its OTLP port. Credentials come from the environment, as for `serve`.
import {
  WireReader,
  type AdminJobJson,
  type AdminStatsJson,
  type CapabilitiesJson,
  type ErrorJson,
  type SearchJson,
} from '@tracewell/protocols';
import { messageOf } from '../../telemetry/failure.ts';
import { delimitedMessages } from './delimited.ts';
import { CommandError, type Ingested, type Range, type StoreTarget } from './target.ts';

const ADMIN = '/tracewell/api/v1/admin';
/** With waits that double from a second to half a minute: five minutes in all. */
const MAX_TRIES = 14;
const MAX_WAIT_MS = 30_000;

/** What is needed to reach it. */
export interface RunningStoreOptions {
  /** Without a slash at its end. */
  readonly url: string;
  /** Where to import to, if not what the store itself names. */
  readonly otlpUrl?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Waits; replaced by tests. */
  readonly wait?: (ms: number) => Promise<void>;
}

/** Resolves without asking: the first question tells whether there is a store. */
export function openRunningStore(options: RunningStoreOptions): StoreTarget {
  const { url } = options;
  const credentials = credentialsOf(options.environment);
  let otlp: Promise<string> | undefined;

  async function ask(route: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...credentials, ...Object.fromEntries(new Headers(init.headers)) };
    const answer = await reach(`${url}${route}`, { ...init, headers });
    if (!answer.ok) {
      throw new CommandError(`${url} answered ${answer.status}: ${messageOfAnswer(await answer.text())}`);
    }
    return answer;
  }
  // Both ends are of one release, or the fields that are read have been there since the first.
  const json = async <T>(route: string, init?: RequestInit): Promise<T> => (await (await ask(route, init)).json()) as T;

  return {
    name: url,
    stats: () => json<AdminStatsJson>(`${ADMIN}/stats`),
    count: async (query, range) => {
      const parameters = new URLSearchParams({ q: query, totals: 'true', limit: '1', ...texts(range) });
      const { total } = await json<SearchJson>(`/tracewell/api/v1/search?${parameters.toString()}`);
      return total ?? { traces: 0, spans: 0 };
    },
    startJob: (request) =>
      json<AdminJobJson>(`${ADMIN}/jobs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
      }),
    job: (id) => json<AdminJobJson>(`${ADMIN}/jobs/${id}`),
    cancelJob: (id) => json<AdminJobJson>(`${ADMIN}/jobs/${id}`, { method: 'DELETE' }),
    openExport: async (query, range) => {
      const parameters = new URLSearchParams({ q: query, ...texts(range) });
      const answer = await ask(`${ADMIN}/export?${parameters.toString()}`);
      return {
        spans: Number(answer.headers.get('x-tracewell-spans') ?? 0),
        messages: delimitedMessages(bodyOf(answer, url)),
      };
    },
    ingest: async (request, signal) => {
      otlp ??= otlpAddress(options, () => json<CapabilitiesJson>('/tracewell/api/v1/capabilities'));
      return send(`${await otlp}/v1/traces`, request, credentials, signal, options.wait ?? waitFor);
    },
    close: () => Promise.resolve(),
  };
}

async function reach(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init);
  } catch (error) {
    if (init.signal?.aborted === true) {
      throw error;
    }
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new CommandError(
      `no store answers at ${new URL(address).origin}: ${messageOf(cause)}; give its address by --url, or a folder by --data-dir`
    );
  }
}

async function* bodyOf(answer: Response, url: string): AsyncGenerator<Uint8Array> {
  if (answer.body === null) {
    return;
  }
  try {
    yield* answer.body;
  } catch (error) {
    throw new CommandError(`the export from ${url} broke off: ${messageOf(error)}; what came so far is not complete`);
  }
}

function texts({ start, end }: Range): Record<string, string> {
  return { ...(start !== undefined && { start: String(start) }), ...(end !== undefined && { end: String(end) }) };
}

/** The store names its own address, which on another machine may be one of loopback: the host is the one that was asked. */
async function otlpAddress(
  { url, otlpUrl }: RunningStoreOptions,
  capabilities: () => Promise<CapabilitiesJson>
): Promise<string> {
  if (otlpUrl !== undefined) {
    return otlpUrl.replace(/\/+$/, '').replace(/\/v1\/traces$/, '');
  }
  const named = new URL((await capabilities()).otlp.http);
  named.hostname = new URL(url).hostname;
  return named.href.replace(/\/+$/, '');
}

async function send(
  address: string,
  body: Uint8Array<ArrayBuffer>,
  credentials: Readonly<Record<string, string>>,
  signal: AbortSignal,
  wait: (ms: number) => Promise<void>
): Promise<Ingested> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    const failure = await tryToSend(address, body, credentials, signal);
    if ('rejectedSpans' in failure) {
      return failure;
    }
    if (failure.waitMs === undefined || attempt === MAX_TRIES) {
      throw new CommandError(failure.message);
    }
    await wait(Math.max(failure.waitMs, Math.min(MAX_WAIT_MS, 1000 * 2 ** (attempt - 1))));
  }
}

async function tryToSend(
  address: string,
  body: Uint8Array<ArrayBuffer>,
  credentials: Readonly<Record<string, string>>,
  signal: AbortSignal
): Promise<Ingested | { readonly message: string; readonly waitMs?: number }> {
  let answer: Response;
  let content: Uint8Array;
  try {
    const headers = { ...credentials, 'content-type': 'application/x-protobuf' };
    answer = await fetch(address, { method: 'POST', headers, body, signal });
    content = new Uint8Array(await answer.arrayBuffer());
  } catch (error) {
    signal.throwIfAborted();
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return { message: `cannot send spans to ${address}: ${messageOf(cause)}`, waitMs: 0 };
  }
  if (answer.ok) {
    return partialSuccess(content);
  }
  const retryAfter = Number(answer.headers.get('retry-after') ?? 'x');
  const isBusy = [429, 502, 503, 504].includes(answer.status);
  return {
    message: `${address} answered ${answer.status}: ${printable(content)}`,
    ...(isBusy && { waitMs: Number.isFinite(retryAfter) ? retryAfter * 1000 : 0 }),
  };
}

const waitFor = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** google.rpc.Status in protobuf has its sentence in the clear. */
function printable(content: Uint8Array): string {
  return Buffer.from(content)
    .toString('latin1')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim();
}

const BYTES_1 = (1 << 3) | 2;
const BYTES_2 = (2 << 3) | 2;

/** ExportTraceServiceResponse: what was rejected, and why. */
function partialSuccess(content: Uint8Array): Ingested {
  const reader = new WireReader(content);
  let rejectedSpans = 0;
  let message = '';
  while (reader.position < content.length) {
    const tag = reader.tag(content.length);
    if (tag !== BYTES_1) {
      reader.skip(tag, content.length);
      continue;
    }
    const end = reader.payloadEnd(content.length);
    while (reader.position < end) {
      const field = reader.tag(end);
      if (field === ((1 << 3) | 0)) {
        reader.varint(end);
        rejectedSpans = reader.lo;
      } else if (field === BYTES_2) {
        const textEnd = reader.payloadEnd(end);
        message = new TextDecoder().decode(content.subarray(reader.position, textEnd));
        reader.position = textEnd;
      } else {
        reader.skip(field, end);
      }
    }
  }
  return { rejectedSpans, message };
}

/** Authorization for a store that asks for credentials. */
export function credentialsOf(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const token = environment['TRACEWELL_BEARER_TOKEN'] ?? '';
  const basic = environment['TRACEWELL_BASIC_AUTH'] ?? '';
  if (token !== '') {
    return { authorization: `Bearer ${token}` };
  }
  return basic === '' ? {} : { authorization: `Basic ${Buffer.from(basic, 'utf8').toString('base64')}` };
}

/** The sentence of a failure, whichever API answered. */
export function messageOfAnswer(text: string): string {
  try {
    const { error } = JSON.parse(text) as Partial<ErrorJson>;
    return error?.message ?? text;
  } catch {
    return text.trim();
  }
}
