// SPDX-License-Identifier: Apache-2.0
//
// Tempo's query API over HTTP. Errors are plain text, as Tempo's are; lists are protobuf where the client asks for
// it, metrics always JSON. Tenants (X-Scope-OrgID) are Tempo's affair: one store is one tenant, whatever is sent.
import {
  encodeQueryInstant,
  encodeQueryRangeJson,
  encodeSearch,
  encodeSearchMessage,
  type TempoBuildInfoJson,
} from '@tracewell/protocols';
import type { Store } from '@tracewell/store';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { messageOf } from '../../telemetry/failure.ts';
import type { Config } from '../../config/options.ts';
import { clientGone, queryOf, sendJson, sendJsonText, sendProtobuf, wantsProtobuf } from '../answer.ts';
import { parseQueryInstant, parseQueryRange } from './metrics.ts';
import { parseSearchRequest } from './search.ts';
import { addStatusPages } from './status-pages.ts';
import { addTagRoutes } from './tag-routes.ts';
import { addTraceRoutes } from './trace.ts';

const TEXT = 'text/plain; charset=utf-8';

/** The Tempo whose API this is, for clients that decide by it what they may ask (Grafana before 12). */
const COMPATIBLE_VERSION = '2.8.0';

/** What the routes need. */
export interface TempoApiOptions {
  readonly store: Store;
  readonly config: Config;
  readonly version: string;
  /** Routes of this port, known once all are added. */
  readonly routes: ReadonlySet<string>;
}

/** Adds the routes to the server of the query port. */
export function addTempoRoutes(server: FastifyInstance, options: TempoApiOptions): void {
  const { store, config, version } = options;
  const bounds = (reply: FastifyReply) => ({ signal: clientGone(reply), timeoutMs: config.queryTimeout });

  const buildInfo: TempoBuildInfoJson = {
    version: COMPATIBLE_VERSION,
    revision: `tracewell-${version}`,
    branch: '',
    buildUser: '',
    buildDate: '',
    goVersion: '',
  };
  server.get('/api/echo', (_request, reply) => reply.type(TEXT).send('echo'));
  server.get('/ready', async (_request, reply) => {
    reply.type(TEXT);
    const notReady = await whyNotReady(store);
    return notReady === undefined ? reply.send('ready') : reply.status(503).send(`not ready: ${notReady}`);
  });
  server.get('/api/status/buildinfo', (request, reply) => sendJson(request, reply, buildInfo));
  addStatusPages(server, options);
  addTraceRoutes(server, options);

  server.get('/api/search', async (request, reply) => {
    const { traces, cost } = await store.search(parseSearchRequest(queryOf(request), config), bounds(reply));
    return wantsProtobuf(request)
      ? sendProtobuf(request, reply, encodeSearchMessage(traces, cost))
      : sendJson(request, reply, encodeSearch(traces, cost));
  });
  addTagRoutes(server, options);

  server.get('/api/metrics/query_range', async (request, reply) => {
    const question = parseQueryRange(queryOf(request), config);
    const result = await store.metrics(question.request, bounds(reply));
    return sendJsonText(request, reply, encodeQueryRangeJson(result, question.buckets));
  });
  server.get('/api/metrics/query', async (request, reply) => {
    const { request: asked } = parseQueryInstant(queryOf(request), config);
    return sendJson(request, reply, encodeQueryInstant(await store.metrics(asked, bounds(reply))));
  });
}

/** Ready is who answers queries and takes spans; else which of the two it cannot, and why. */
async function whyNotReady(store: Pick<Store, 'status'>): Promise<string | undefined> {
  try {
    const { health } = await store.status();
    return health.canIngest ? undefined : `queries are answered, spans are refused (${health.state}): ${health.reason}`;
  } catch (error) {
    return messageOf(error);
  }
}
