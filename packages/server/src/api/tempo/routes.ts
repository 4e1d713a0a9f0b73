// SPDX-License-Identifier: Apache-2.0
//
// Tempo's query API over HTTP, as far as it is built. Errors are plain text, as Tempo's are.
import {
  encodeSearch,
  encodeTagsV1,
  encodeTagsV2,
  encodeTagValuesV1,
  encodeTagValuesV2,
  encodeTraceByIdResponse,
  encodeTraceByIdResponseJson,
  encodeTraceV1Json,
  ensureGrafanaSafe,
  parseTraceId,
  TraceIdError,
  type TempoBuildInfoJson,
} from '@tracewell/protocols';
import type { Store } from '@tracewell/store';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config/options.ts';
import { clientGone, queryOf, sendBody, sendJson } from '../answer.ts';
import { secondsRange } from '../parameters.ts';
import { badParameter } from '../query-error.ts';
import { parseSearchRequest } from './search.ts';
import { legacyTagIdentifier, parseTagNamesRequest, parseTagValuesRequest } from './tags.ts';

/** What the routes need. */
export interface TempoApiOptions {
  readonly store: Store;
  readonly config: Config;
  readonly version: string;
}

/** Adds the routes to the server of the query port. */
export function addTempoRoutes(server: FastifyInstance, options: TempoApiOptions): void {
  const { store, config, version } = options;
  const bounds = (reply: FastifyReply) => ({ signal: clientGone(reply), timeoutMs: config.queryTimeout });

  const buildInfo: TempoBuildInfoJson = {
    version,
    revision: '',
    branch: '',
    buildUser: '',
    buildDate: '',
    goVersion: '',
  };
  server.get('/api/echo', (_request, reply) => reply.type('text/plain; charset=utf-8').send('echo'));
  server.get('/ready', async (_request, reply) => {
    reply.type('text/plain; charset=utf-8');
    try {
      await store.status();
      return await reply.send('ready');
    } catch (error) {
      return reply.status(503).send(`not ready: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  server.get('/api/status/buildinfo', (request, reply) => sendJson(request, reply, buildInfo));

  for (const apiVersion of [1, 2] as const) {
    const path = apiVersion === 1 ? '/api/traces' : '/api/v2/traces';
    server.get<{ Params: { id: string } }>(`${path}/:id`, (request, reply) =>
      answerTrace(request, request.params.id, reply, apiVersion, options)
    );
  }

  server.get('/api/search', async (request, reply) => {
    const result = await store.search(parseSearchRequest(queryOf(request), config), bounds(reply));
    return sendJson(request, reply, encodeSearch(result.traces, result.cost));
  });

  server.get('/api/search/tags', async (request, reply) => {
    const asked = parseTagNamesRequest(queryOf(request), config);
    const { scopes } = await store.tagNames(asked, bounds(reply));
    // The old answer has no scopes, so intrinsics are in it only if they were asked for.
    const shown = asked.scope === 'intrinsic' ? scopes : scopes.filter(({ name }) => name !== 'intrinsic');
    return sendJson(request, reply, encodeTagsV1(shown));
  });
  server.get('/api/v2/search/tags', async (request, reply) => {
    const asked = parseTagNamesRequest(queryOf(request), config);
    return sendJson(request, reply, encodeTagsV2((await store.tagNames(asked, bounds(reply))).scopes));
  });
  server.get('/api/search/tag/*', async (request, reply) => {
    const tag = legacyTagIdentifier(tagOf(request, '/api/search/tag/'));
    const asked = parseTagValuesRequest(tag, queryOf(request), config);
    return sendJson(request, reply, encodeTagValuesV1((await store.tagValues(asked, bounds(reply))).values));
  });
  server.get('/api/v2/search/tag/*', async (request, reply) => {
    const asked = parseTagValuesRequest(tagOf(request, '/api/v2/search/tag/'), queryOf(request), config);
    return sendJson(request, reply, encodeTagValuesV2((await store.tagValues(asked, bounds(reply))).values));
  });
}

/** The name between `prefix` and `/values`: anything, slashes and quotes included, percent-decoded. */
function tagOf(request: FastifyRequest, prefix: string): string {
  const path = (request.raw.url ?? '').split('?', 1)[0] ?? '';
  const encoded =
    path.startsWith(prefix) && path.endsWith('/values') ? path.slice(prefix.length, -'/values'.length) : '';
  try {
    const tag = decodeURIComponent(encoded);
    if (tag !== '') {
      return tag;
    }
  } catch {
    // Said below.
  }
  throw badParameter(`please provide a valid tagName: expected ${prefix}{name}/values, found ${path}`);
}

async function answerTrace(
  request: FastifyRequest,
  id: string,
  reply: FastifyReply,
  apiVersion: 1 | 2,
  { store, config }: TempoApiOptions
): Promise<FastifyReply> {
  const traceId = traceIdOf(id);
  const range = secondsRange(queryOf(request), { bothOrNeither: false });
  const result = await store.trace(
    { ...range, traceId, maxBytes: config.maxResultBytes },
    { signal: clientGone(reply), timeoutMs: config.queryTimeout }
  );
  const wantsProtobuf = (request.headers.accept ?? '').includes('application/protobuf');
  const trace = result === undefined ? new Uint8Array(0) : ensureGrafanaSafe(result.bytes);
  const sendTrace = (body: string | Uint8Array) =>
    sendBody(request, reply, wantsProtobuf ? 'application/protobuf' : 'application/json; charset=utf-8', body);
  if (apiVersion === 2) {
    const response = {
      trace,
      inspectedBytes: trace.length,
      ...(result?.partial === undefined ? {} : { partial: result.partial }),
    };
    return sendTrace(wantsProtobuf ? encodeTraceByIdResponse(response) : encodeTraceByIdResponseJson(response));
  }
  if (result === undefined) {
    return reply.status(404).type('text/plain; charset=utf-8').send('');
  }
  if (result.partial !== undefined) {
    // Version 1 has no way to say "partial".
    return reply.status(422).type('text/plain; charset=utf-8').send(result.partial);
  }
  return sendTrace(wantsProtobuf ? trace : encodeTraceV1Json(trace));
}

function traceIdOf(text: string): string {
  try {
    return parseTraceId(text);
  } catch (error) {
    throw error instanceof TraceIdError ? badParameter(error.message) : error;
  }
}
