// SPDX-License-Identifier: Apache-2.0
//
// Tempo's routes for names and values of attributes, version 1 (plain texts) and 2 (scopes and types).
import {
  encodeTagsV1,
  encodeTagsV1Packets,
  encodeTagsV2,
  encodeTagsV2Packets,
  encodeTagValuesV1,
  encodeTagValuesV1Packets,
  encodeTagValuesV2,
  encodeTagValuesV2Packets,
} from '@tracewell/protocols';
import type { QueryOptions, Store, TagNamesRequest, TagNamesResult } from '@tracewell/store';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config/options.ts';
import { clientGone, queryOf, sendJson, sendProtobuf, wantsProtobuf } from '../answer.ts';
import { badParameter } from '../query-error.ts';
import { legacyTagIdentifier, parseTagNamesRequest, parseTagValuesRequest } from './tags.ts';

type Scopes = TagNamesResult['scopes'];

/** Asks for names; a scope without names of its own has none. */
export async function askTagNames(
  store: Store,
  asked: TagNamesRequest | undefined,
  options: QueryOptions
): Promise<Scopes> {
  return asked === undefined ? [] : (await store.tagNames(asked, options)).scopes;
}

/** The old answer has no scopes, so intrinsics are in it only if they were asked for. */
export function scopesOfVersion1(asked: TagNamesRequest | undefined, scopes: Scopes): Scopes {
  return asked?.scope === 'intrinsic' ? scopes : scopes.filter(({ name }) => name !== 'intrinsic');
}

/** Adds the four routes. */
export function addTagRoutes(
  server: FastifyInstance,
  { store, config }: { readonly store: Store; readonly config: Config }
): void {
  const bounds = (reply: FastifyReply): QueryOptions => ({ signal: clientGone(reply), timeoutMs: config.queryTimeout });
  /** One message of protobuf or the same in JSON. */
  const send = (request: FastifyRequest, reply: FastifyReply, json: unknown, packets: () => readonly Uint8Array[]) =>
    wantsProtobuf(request)
      ? sendProtobuf(request, reply, packets()[0] ?? new Uint8Array(0))
      : sendJson(request, reply, json);

  server.get('/api/search/tags', async (request, reply) => {
    const asked = parseTagNamesRequest(queryOf(request), config);
    const scopes = scopesOfVersion1(asked, await askTagNames(store, asked, bounds(reply)));
    return send(request, reply, encodeTagsV1(scopes), () => encodeTagsV1Packets(scopes));
  });
  server.get('/api/v2/search/tags', async (request, reply) => {
    const asked = parseTagNamesRequest(queryOf(request), config);
    const scopes = await askTagNames(store, asked, bounds(reply));
    return send(request, reply, encodeTagsV2(scopes), () => encodeTagsV2Packets(scopes));
  });
  server.get('/api/search/tag/*', async (request, reply) => {
    const tag = tagOf(request, '/api/search/tag/');
    if (tag === undefined) {
      return reply.callNotFound();
    }
    const asked = parseTagValuesRequest(legacyTagIdentifier(tag), queryOf(request), config);
    const { values } = await store.tagValues(asked, bounds(reply));
    return send(request, reply, encodeTagValuesV1(values), () => encodeTagValuesV1Packets(values));
  });
  server.get('/api/v2/search/tag/*', async (request, reply) => {
    const tag = tagOf(request, '/api/v2/search/tag/');
    if (tag === undefined) {
      return reply.callNotFound();
    }
    const { values } = await store.tagValues(parseTagValuesRequest(tag, queryOf(request), config), bounds(reply));
    return send(request, reply, encodeTagValuesV2(values), () => encodeTagValuesV2Packets(values));
  });
}

/** The name between `prefix` and `/values`: anything, slashes and quotes included, percent-decoded. */
function tagOf(request: FastifyRequest, prefix: string): string | undefined {
  const path = (request.raw.url ?? '').split('?', 1)[0] ?? '';
  if (!path.endsWith('/values')) {
    return undefined;
  }
  const encoded = path.startsWith(prefix) ? path.slice(prefix.length, -'/values'.length) : '';
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
