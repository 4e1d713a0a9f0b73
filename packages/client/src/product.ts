// SPDX-License-Identifier: Apache-2.0
//
// What answers at an address: a Tracewell store, which says so and what it can, or a Tempo, which is known by
// its build info and its echo.
import type { CapabilitiesJson, TempoBuildInfoJson } from '@tracewell/protocols';
import { HostError } from '@tracewell/views';
import type { Capabilities, Capability } from '@tracewell/views';
import { getJson, getText } from './http.ts';
import type { Transport } from './http.ts';

export type ProductName = 'Tracewell' | 'Tempo';

export interface Product extends Capabilities {
  readonly product: ProductName;
}

/** Tracewell's own API. */
export const tracewellApi = 'tracewell/api/v1';

/** What a Tempo lacks and why, for people. */
export const missingInTempo =
  'This data source is a Tempo: its API has no service graph, no rates and durations over time, no order but newest first and no count of all matches.';

/** Asks who answers. Throws a `HostError`; `not-tempo` if something answers that speaks neither API. */
export async function askProduct(transport: Transport, signal: AbortSignal): Promise<Product> {
  const build = await unlessAbsent(getJson<Partial<TempoBuildInfoJson>>(transport, 'api/status/buildinfo', {}, signal));
  const version = typeof build?.version === 'string' ? build.version : undefined;
  // A Tempo is written in Go and says which; asked for what it does not know, it would put errors into the browser's log.
  if (version !== undefined && typeof build?.goVersion === 'string' && build.goVersion !== '') {
    return tempo(version);
  }
  const own = await unlessAbsent(
    getJson<Partial<CapabilitiesJson>>(transport, `${tracewellApi}/capabilities`, {}, signal)
  );
  if (own?.product === 'tracewell') {
    return {
      product: 'Tracewell',
      features: new Set<Capability>(own.features),
      ...(own.version === undefined ? {} : { version: own.version }),
      ...(own.otlp === undefined ? {} : { otlpEndpoint: own.otlp.http }),
      ...(own.retention === undefined ? {} : { retentionMs: own.retention.maxAgeMs }),
      ...(own.spans === undefined ? {} : { spans: own.spans }),
      ...(own.trouble === undefined ? {} : { trouble: own.trouble }),
    };
  }
  // A gateway may hide the build info.
  if (version !== undefined || (await unlessAbsent(getText(transport, 'api/echo', signal)))?.trim() === 'echo') {
    return tempo(version);
  }
  throw new HostError(
    'not-tempo',
    "Something answers at this address, but it does not speak Tempo's API. Check the port and the path of the address."
  );
}

function tempo(version: string | undefined): Product {
  return {
    product: 'Tempo',
    features: new Set(),
    missing: missingInTempo,
    ...(version === undefined ? {} : { version }),
  };
}

/** The answer, or undefined if what answers does not know the question. */
async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const absent = ['not-found', 'not-json', 'http-400', 'http-405', 'http-501'];
    if (error instanceof HostError && absent.includes(error.code)) {
      return undefined;
    }
    throw error;
  }
}
