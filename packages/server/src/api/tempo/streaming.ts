// SPDX-License-Identifier: Apache-2.0
//
// The methods of `tempopb.StreamingQuerier`: bytes of a request in, packets of the answer out. Each request becomes
// the parameters of its HTTP route, so both have the same defaults, limits and words. Answers are not sent in
// instalments that grow: a client keeps the first copy it gets of a trace, so only what is final is sent.
import {
  decodeMetricsRequest,
  decodeSearchRequest,
  decodeTagsRequest,
  decodeTagValuesRequest,
  encodeQueryInstantPackets,
  encodeQueryRangePackets,
  encodeSearchPackets,
  encodeTagsV1Packets,
  encodeTagsV2Packets,
  encodeTagValuesV1Packets,
  encodeTagValuesV2Packets,
} from '@tracewell/protocols';
import type { QueryOptions, Store } from '@tracewell/store';
import type { Config } from '../../config/options.ts';
import { badParameter } from '../query-error.ts';
import { checkQueryLength } from '../parameters.ts';
import { tagsToTraceQl } from './legacy-tags.ts';
import { toInstantQuestion, toRangeQuestion } from './metrics.ts';
import { parseSearchRequest } from './search.ts';
import { askTagNames, scopesOfVersion1 } from './tag-routes.ts';
import { legacyTagIdentifier, parseTagNamesRequest, parseTagValuesRequest } from './tags.ts';

/** Tempo's size of a packet. Grafana takes up to 4 MiB. */
const MAX_PACKET_BYTES = 2 ** 20;

/** What the methods need. */
export interface StreamingOptions {
  readonly store: Store;
  readonly config: Config;
}

/** One method: rejects with a StoreError, a RequestError or a MalformedRequestError. */
export type StreamingMethod = (
  request: Uint8Array,
  options: StreamingOptions,
  bounds: QueryOptions
) => Promise<readonly Uint8Array[]>;

/** The methods by name. */
export const streamingMethods: Readonly<Record<string, StreamingMethod>> = {
  Search: async (bytes, { store, config }, bounds) => {
    const message = decodeSearchRequest(bytes);
    if (message.query !== '' && message.tags.size > 0) {
      throw badParameter("invalid request: can't specify tags and q in the same query");
    }
    const query = parameters({
      q: message.query === '' ? tagsToTraceQl(message.tags) : message.query,
      limit: message.limit,
      spss: message.spansPerSpanSet,
      start: message.start,
      end: message.end,
      minDuration: message.minDurationMs === 0 ? '' : `${message.minDurationMs}ms`,
      maxDuration: message.maxDurationMs === 0 ? '' : `${message.maxDurationMs}ms`,
    });
    const { traces, cost } = await store.search(parseSearchRequest(query, config), bounds);
    return encodeSearchPackets(traces, cost, MAX_PACKET_BYTES);
  },
  SearchTags: async (bytes, { store, config }, bounds) => {
    const asked = parseTagNamesRequest(tagsParameters(bytes), config);
    const scopes = scopesOfVersion1(asked, await askTagNames(store, asked, bounds));
    return encodeTagsV1Packets(scopes, MAX_PACKET_BYTES);
  },
  SearchTagsV2: async (bytes, { store, config }, bounds) => {
    const asked = parseTagNamesRequest(tagsParameters(bytes), config);
    return encodeTagsV2Packets(await askTagNames(store, asked, bounds), MAX_PACKET_BYTES);
  },
  SearchTagValues: async (bytes, { store, config }, bounds) => {
    const { tag, query } = valuesParameters(bytes);
    const { values } = await store.tagValues(parseTagValuesRequest(legacyTagIdentifier(tag), query, config), bounds);
    return encodeTagValuesV1Packets(values, MAX_PACKET_BYTES);
  },
  SearchTagValuesV2: async (bytes, { store, config }, bounds) => {
    const { tag, query } = valuesParameters(bytes);
    const { values } = await store.tagValues(parseTagValuesRequest(tag, query, config), bounds);
    return encodeTagValuesV2Packets(values, MAX_PACKET_BYTES);
  },
  MetricsQueryRange: async (bytes, { store, config }, bounds) => {
    const { step, ...message } = decodeMetricsRequest(bytes);
    checkQueryLength(message.query, config.maxQueryBytes);
    const question = toRangeQuestion({ ...message, ...(step === 0n ? {} : { step }) });
    return encodeQueryRangePackets(await store.metrics(question.request, bounds), question.buckets, MAX_PACKET_BYTES);
  },
  MetricsQueryInstant: async (bytes, { store, config }, bounds) => {
    const { query, start, end } = decodeMetricsRequest(bytes);
    checkQueryLength(query, config.maxQueryBytes);
    const { request } = toInstantQuestion(query, { start, end }, 0, 0);
    return encodeQueryInstantPackets(await store.metrics(request, bounds), MAX_PACKET_BYTES);
  },
};

/** Parameters of a route; zero and '' are protobuf's way to say nothing. */
function parameters(fields: Readonly<Record<string, string | number>>): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== '' && value !== 0) {
      query.set(name, String(value));
    }
  }
  return query;
}

function tagsParameters(bytes: Uint8Array): URLSearchParams {
  const { scope, query, start, end, maxTagsPerScope } = decodeTagsRequest(bytes);
  return parameters({ scope, q: query, start, end, limit: maxTagsPerScope });
}

function valuesParameters(bytes: Uint8Array): { readonly tag: string; readonly query: URLSearchParams } {
  const { tagName, query, start, end, maxTagValues } = decodeTagValuesRequest(bytes);
  if (tagName === '') {
    throw badParameter('please provide a valid tagName: expected a name, found none');
  }
  return { tag: tagName, query: parameters({ q: query, start, end, limit: maxTagValues }) };
}
