// SPDX-License-Identifier: Apache-2.0
//
// GET /api/traces/{id} and /api/v2/traces/{id}. Version 1 is the trace itself and has no way to say that it is not
// whole; version 2 wraps it with a status, and an unknown trace is an empty one.
import {
  encodeTraceByIdResponse,
  encodeTraceByIdResponseJson,
  encodeTraceV1Json,
  ensureGrafanaSafe,
  parseTraceId,
  TraceIdError,
} from '@tracewell/protocols';
import type { Store } from '@tracewell/store';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config/options.ts';
import { clientGone, queryOf, sendJsonText, sendProtobuf, wantsProtobuf } from '../answer.ts';
import { secondsRange } from '../parameters.ts';
import { badParameter } from '../query-error.ts';

const TEXT = 'text/plain; charset=utf-8';
/** Parts of a cluster that Tempo can be told to ask; here there is one store, which every mode means. */
const modes = ['', 'all', 'blocks', 'ingesters', 'external'];

/** What the routes need. */
export interface TraceRoutesOptions {
  readonly store: Store;
  readonly config: Config;
}

/** Adds both routes. */
export function addTraceRoutes(server: FastifyInstance, options: TraceRoutesOptions): void {
  for (const version of [1, 2] as const) {
    const path = version === 1 ? '/api/traces' : '/api/v2/traces';
    server.get<{ Params: { id: string } }>(`${path}/:id`, (request, reply) =>
      answerTrace(request, request.params.id, reply, version, options)
    );
  }
}

async function answerTrace(
  request: FastifyRequest,
  id: string,
  reply: FastifyReply,
  version: 1 | 2,
  { store, config }: TraceRoutesOptions
): Promise<FastifyReply> {
  const traceId = traceIdOf(id);
  const query = queryOf(request);
  const mode = query.get('mode') ?? '';
  if (!modes.includes(mode)) {
    throw badParameter(`invalid value for mode: ${mode}; expected one of ${modes.slice(1).join(', ')}`);
  }
  const range = secondsRange(query, { bothOrNeither: false });
  const result = await store.trace(
    { ...range, traceId, maxBytes: config.maxResultBytes },
    { signal: clientGone(reply), timeoutMs: config.queryTimeout }
  );
  const trace = result === undefined ? new Uint8Array(0) : ensureGrafanaSafe(result.bytes);
  if (version === 2) {
    const partial = result?.partial === undefined ? {} : { partial: result.partial };
    const response = { trace, inspectedBytes: trace.length, ...partial };
    return wantsProtobuf(request)
      ? sendProtobuf(request, reply, encodeTraceByIdResponse(response))
      : sendJsonText(request, reply, encodeTraceByIdResponseJson(response));
  }
  if (result === undefined) {
    return reply.status(404).type(TEXT).send('');
  }
  if (result.partial !== undefined) {
    return reply.status(422).type(TEXT).send(`trace exceeds max size: ${result.partial} (--max-result-bytes)`);
  }
  return wantsProtobuf(request)
    ? sendProtobuf(request, reply, trace)
    : sendJsonText(request, reply, encodeTraceV1Json(trace));
}

function traceIdOf(text: string): string {
  try {
    return parseTraceId(text);
  } catch (error) {
    throw error instanceof TraceIdError ? badParameter(error.message) : error;
  }
}
