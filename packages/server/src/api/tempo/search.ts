// SPDX-License-Identifier: Apache-2.0
//
// GET /api/search: Tempo's parameters, read as Tempo reads them. Newest first always, which satisfies
// both its "any N" and its `most_recent` contract.
import type { SearchRequest } from '@tracewell/store';
import type { Config } from '../../config/options.ts';
import { durationParameter, queryParameter, secondsRange } from '../parameters.ts';
import { badParameter } from '../query-error.ts';
import { tagsToTraceQl, tagsOfLogfmt } from './legacy-tags.ts';

const DEFAULT_LIMIT = 20;
const DEFAULT_SPANS_PER_SPANSET = 3;
const MAX_SPANS_PER_SPANSET = 100;
/** What is no tag in a search of old clients. */
const ownParameters = new Set('q query tags minDuration maxDuration limit spss start end since mode'.split(' '));

/** What the query string asks the store for. */
export function parseSearchRequest(
  query: URLSearchParams,
  config: Pick<Config, 'maxQueryBytes' | 'maxSearchLimit'>,
  now: () => number = Date.now
): SearchRequest {
  const traceQl = queryParameter(query, config.maxQueryBytes);
  const logfmt = query.get('tags') ?? '';
  if (traceQl !== '' && logfmt !== '') {
    throw badParameter("invalid request: can't specify tags and q in the same query");
  }
  const minDuration = durationParameter(query, 'minDuration');
  const maxDuration = durationParameter(query, 'maxDuration');
  if (minDuration !== undefined && maxDuration !== undefined && maxDuration < minDuration) {
    throw badParameter('invalid maxDuration: must be greater than minDuration');
  }
  const since = durationParameter(query, 'since');
  const range =
    since === undefined
      ? secondsRange(query, { bothOrNeither: true })
      : { start: BigInt(now()) * 1_000_000n - since, end: BigInt(now()) * 1_000_000n };
  return {
    ...range,
    query: traceQl === '' ? tagsToTraceQl(logfmt === '' ? tagsOfOldClients(query) : tagsOfLogfmt(logfmt)) : traceQl,
    limit: parseLimit(query.get('limit'), config.maxSearchLimit),
    spansPerSpanSet: parseSpansPerSpanset(query.get('spss')),
    order: 'newest',
    totals: false,
    ...(minDuration === undefined ? {} : { minDuration }),
    ...(maxDuration === undefined ? {} : { maxDuration }),
  };
}

/** The first Grafanas that could search sent each tag as a parameter of its own, and no range. */
function tagsOfOldClients(query: URLSearchParams): Map<string, string> {
  if ((query.get('start') ?? '') !== '' || (query.get('end') ?? '') !== '') {
    return new Map();
  }
  const tags = new Map<string, string>();
  for (const [key, value] of query) {
    if (!ownParameters.has(key) && value !== '' && !tags.has(key)) {
      tags.set(key, value);
    }
  }
  return tags;
}

function parseLimit(text: string | null, maximum: number): number {
  if (text === null || text === '') {
    return Math.min(DEFAULT_LIMIT, maximum);
  }
  const limit = wholeNumber('limit', text);
  if (limit <= 0) {
    throw badParameter('invalid limit: must be a positive number');
  }
  if (limit > maximum) {
    throw badParameter(`limit ${limit} exceeds max limit ${maximum} (--max-search-limit)`);
  }
  return limit;
}

function parseSpansPerSpanset(text: string | null): number {
  if (text === null || text === '') {
    return DEFAULT_SPANS_PER_SPANSET;
  }
  const spans = wholeNumber('spss', text);
  if (spans < 0) {
    throw badParameter('invalid spss: must be a positive number');
  }
  if (spans > MAX_SPANS_PER_SPANSET || spans === 0) {
    throw badParameter(`spans per span set exceeds ${MAX_SPANS_PER_SPANSET}. received ${spans}`);
  }
  return spans;
}

function wholeNumber(name: string, text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) {
    throw badParameter(`invalid ${name}: expected a whole number, found ${JSON.stringify(text)}`);
  }
  return Number(text);
}
