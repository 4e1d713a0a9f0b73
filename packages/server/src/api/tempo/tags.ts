// SPDX-License-Identifier: Apache-2.0
//
// The parameters of Tempo's tag routes.
import type { TagNamesRequest, TagScope, TagValuesRequest } from '@tracewell/store';
import { parseIdentifier, TraceQlError } from '@tracewell/traceql';
import type { Config } from '../../config/options.ts';
import { integerParameter, queryParameter, secondsRange } from '../parameters.ts';
import { badParameter } from '../query-error.ts';

const DEFAULT_LIMIT = 5000;
const MAX_LIMIT = 100_000;
const scopes: readonly TagScope[] = ['resource', 'span', 'event', 'link', 'instrumentation', 'intrinsic'];

/** GET /api/search/tags and /api/v2/search/tags; undefined for a scope that has no names of its own. */
export function parseTagNamesRequest(
  query: URLSearchParams,
  config: Pick<Config, 'maxQueryBytes'>
): TagNamesRequest | undefined {
  const text = query.get('scope') ?? '';
  const scope = scopes.find((name) => name === text);
  if (text === 'trace') {
    return undefined;
  }
  if (scope === undefined && text !== '' && text !== 'none') {
    throw badParameter(`invalid scope: ${text}; expected one of ${scopes.join(', ')} or none`);
  }
  return {
    ...secondsRange(query, { bothOrNeither: false }),
    ...(scope === undefined ? {} : { scope }),
    ...optionalQuery(query, config),
    limit: parseLimit(query),
  };
}

/** GET /api/v2/search/tag/{name}/values */
export function parseTagValuesRequest(
  tag: string,
  query: URLSearchParams,
  config: Pick<Config, 'maxQueryBytes'>
): TagValuesRequest {
  checkIdentifier(tag);
  return {
    ...secondsRange(query, { bothOrNeither: false }),
    ...optionalQuery(query, config),
    tag,
    limit: parseLimit(query),
  };
}

/** A name of the old route, which is not TraceQL, as the TraceQL identifier that means it. */
export function legacyTagIdentifier(tag: string): string {
  const intrinsics: Readonly<Record<string, string>> = {
    name: 'span:name',
    status: 'span:status',
    'status.code': 'span:status',
    kind: 'span:kind',
    duration: 'span:duration',
    'root.name': 'trace:rootName',
    rootName: 'trace:rootName',
    'root.service.name': 'trace:rootService',
    rootServiceName: 'trace:rootService',
  };
  const known = intrinsics[tag];
  if (known !== undefined) {
    return known;
  }
  if (/^(\.|(span|resource|event|link|instrumentation|trace|parent)[.:])/.test(tag)) {
    return tag;
  }
  return /^[A-Za-z_][\w.-]*$/.test(tag) ? `.${tag}` : `."${tag.replace(/[\\"]/g, '\\$&')}"`;
}

function checkIdentifier(tag: string): void {
  try {
    parseIdentifier(tag);
  } catch (error) {
    const reason = error instanceof TraceQlError ? error.message : String(error);
    throw badParameter(`please provide a valid tagName: failed to parse identifier ${tag}: ${reason}`);
  }
}

function optionalQuery(query: URLSearchParams, config: Pick<Config, 'maxQueryBytes'>): { query?: string } {
  const text = queryParameter(query, config.maxQueryBytes);
  return text === '' ? {} : { query: text };
}

function parseLimit(query: URLSearchParams): number {
  const limit = integerParameter(query, 'limit', { least: 0, most: 2 ** 31 - 1, otherwise: DEFAULT_LIMIT });
  // Grafana and its users send large numbers for "all"; 0 is Tempo's "no limit".
  return limit === 0 ? MAX_LIMIT : Math.min(limit, MAX_LIMIT);
}
