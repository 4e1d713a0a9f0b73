// SPDX-License-Identifier: Apache-2.0
//
// Tracewell's own API, /tracewell/api/v1: what Tempo's strict JSON has no room for. Errors are JSON with a
// code and, for TraceQL, the range in the query.
import type { CapabilitiesJson, ErrorJson } from '@tracewell/protocols';
import type { RedRequest, SearchOrder, SearchRequest, Store } from '@tracewell/store';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Config } from '../../config/options.ts';
import { clientGone, queryOf, sendJson } from '../answer.ts';
import {
  booleanParameter,
  choiceParameter,
  durationParameter,
  integerParameter,
  queryParameter,
  requiredRange,
  timeParameter,
} from '../parameters.ts';
import { badParameter } from '../query-error.ts';
import { explain, parseExplain } from './explain.ts';
import { toRedJson, toSearchJson, toServiceGraphJson } from './encode.ts';

/** What the routes need. */
export interface TracewellApiOptions {
  readonly store: Store;
  readonly config: Config;
  readonly version: string;
  /** Where exporters send to. */
  readonly otlp: CapabilitiesJson['otlp'];
}

const PREFIX = '/tracewell/api/v1';
const orders: readonly [SearchOrder, ...SearchOrder[]] = ['newest', 'slowest', 'most-spans', 'most-errors'];
const MAX_BUCKETS = 1000;
const DEFAULT_BUCKETS = 120n;

/** Adds the routes to the server of the query port. */
export function addTracewellRoutes(server: FastifyInstance, options: TracewellApiOptions): void {
  const { store, config } = options;
  const bounds = (reply: FastifyReply) => ({ signal: clientGone(reply), timeoutMs: config.queryTimeout });

  server.get(`${PREFIX}/capabilities`, async (request, reply) => sendJson(request, reply, await capabilities(options)));
  server.get(`${PREFIX}/search`, async (request, reply) => {
    const result = await store.search(parseSearch(queryOf(request), config), bounds(reply));
    return sendJson(request, reply, toSearchJson(result));
  });
  server.get(`${PREFIX}/explain`, async (request, reply) => {
    const asked = parseExplain(queryOf(request), config, parseSearch);
    return sendJson(request, reply, await explain(asked, store, bounds(reply)));
  });
  server.get(`${PREFIX}/red`, async (request, reply) => {
    const asked = parseRed(queryOf(request), config);
    return sendJson(request, reply, toRedJson(asked, await store.red(asked, bounds(reply))));
  });
  server.get(`${PREFIX}/service-graph`, async (request, reply) => {
    const query = queryOf(request);
    const asked = { ...requiredRange(query), query: queryParameter(query, config.maxQueryBytes) };
    return sendJson(request, reply, toServiceGraphJson(asked, await store.serviceGraph(asked, bounds(reply))));
  });
}

/** Whether an error on this path is answered in JSON. */
export function isTracewellPath(path: string): boolean {
  return path.startsWith('/tracewell/');
}

/** The body of any failure of this API. */
export function toErrorJson(
  code: string,
  message: string,
  range?: { readonly start: number; readonly end: number }
): ErrorJson {
  return { error: { code, message, ...(range === undefined ? {} : { range }) } };
}

async function capabilities({ store, config, version, otlp }: TracewellApiOptions): Promise<CapabilitiesJson> {
  const status = await store.status();
  return {
    product: 'tracewell',
    version,
    formatVersion: status.formatVersion,
    features: ['search-order', 'search-totals', 'red', 'service-graph', 'explain'],
    limits: {
      maxQueryBytes: config.maxQueryBytes,
      maxSearchLimit: config.maxSearchLimit,
      queryTimeoutMs: config.queryTimeout,
    },
    retention: status.retention,
    ...(status.oldest === undefined ? {} : { oldest: String(status.oldest) }),
    ...(status.newest === undefined ? {} : { newest: String(status.newest) }),
    spans: status.spans,
    ...(status.health.canIngest ? {} : { trouble: status.health.reason }),
    otlp,
  };
}

function parseSearch(query: URLSearchParams, config: Config): SearchRequest {
  const start = timeParameter(query, 'start');
  const end = timeParameter(query, 'end');
  if (start !== undefined && end !== undefined && end <= start) {
    throw badParameter(`end must be after start, found start=${start} end=${end}`);
  }
  const minDuration = durationParameter(query, 'minDuration');
  const maxDuration = durationParameter(query, 'maxDuration');
  return {
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    query: queryParameter(query, config.maxQueryBytes),
    limit: integerParameter(query, 'limit', {
      least: 1,
      most: config.maxSearchLimit,
      otherwise: Math.min(20, config.maxSearchLimit),
    }),
    spansPerSpanSet: integerParameter(query, 'spss', { least: 1, most: 100, otherwise: 3 }),
    order: choiceParameter(query, 'order', orders),
    totals: booleanParameter(query, 'totals', false),
    ...(minDuration === undefined ? {} : { minDuration }),
    ...(maxDuration === undefined ? {} : { maxDuration }),
  };
}

function parseRed(query: URLSearchParams, config: Config): RedRequest {
  const { start, end } = requiredRange(query);
  const text = query.get('step') ?? '';
  if (text !== '' && (!/^\d{1,19}$/.test(text) || BigInt(text) === 0n)) {
    throw badParameter(`invalid step: expected nanoseconds above 0, found ${JSON.stringify(text)}`);
  }
  const step = text === '' ? (end - start + DEFAULT_BUCKETS - 1n) / DEFAULT_BUCKETS : BigInt(text);
  const buckets = (end - start + step - 1n) / step;
  if (buckets > MAX_BUCKETS) {
    throw badParameter(
      `invalid step: ${step} ns makes ${buckets} buckets, at most ${MAX_BUCKETS} are allowed; ` +
        `expected at least ${(end - start + BigInt(MAX_BUCKETS) - 1n) / BigInt(MAX_BUCKETS)} ns`
    );
  }
  const by = queryParameter(query, config.maxQueryBytes, 'by');
  return {
    start,
    end,
    step,
    query: queryParameter(query, config.maxQueryBytes),
    rootsOnly: booleanParameter(query, 'roots', false),
    exemplarsPerCell: integerParameter(query, 'exemplars', { least: 0, most: 100, otherwise: 1 }),
    ...(by === '' ? {} : { by }),
  };
}
