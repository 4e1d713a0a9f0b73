// SPDX-License-Identifier: Apache-2.0
//
// The admin API, /tracewell/api/v1/admin: jobs on the whole store, exports, statistics. The command line uses it on a
// running store. Requests that change something carry JSON, which no form of a web page can send.
import type { Store } from '@tracewell/store';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../../config/options.ts';
import { queryOf, sendJson } from '../answer.ts';
import { queryParameter, timeParameter } from '../parameters.ts';
import { badParameter, RequestError } from '../query-error.ts';
import { refuseAdmin } from './access.ts';
import { EXPORT_TYPE, exportStream } from './export-stream.ts';
import { parseJobRequest, toJobJson } from './job-json.ts';
import { toStatsJson } from './stats-json.ts';

const PREFIX = '/tracewell/api/v1/admin';

/** What the routes need. */
export interface AdminApiOptions {
  readonly store: Store;
  readonly config: Config;
}

/** Adds the routes to the server of the query port. */
export function addAdminRoutes(server: FastifyInstance, { store, config }: AdminApiOptions): void {
  const onRequest = (request: FastifyRequest, _reply: unknown, done: (error?: Error) => void): void => {
    done(refuseAdmin(request.headers, config));
  };

  server.post(`${PREFIX}/jobs`, { onRequest }, async (request, reply) => {
    requireJson(request);
    const job = await store.startJob(parseJobRequest(request.body, config.maxQueryBytes));
    return sendJson(request, reply.status(202), toJobJson(job));
  });
  server.get(`${PREFIX}/jobs`, { onRequest }, async (request, reply) =>
    sendJson(request, reply, { jobs: (await store.jobs()).map(toJobJson) })
  );
  server.get<{ Params: { id: string } }>(`${PREFIX}/jobs/:id`, { onRequest }, async (request, reply) =>
    sendJson(request, reply, toJobJson(known(await store.job(request.params.id), request.params.id)))
  );
  server.delete<{ Params: { id: string } }>(`${PREFIX}/jobs/:id`, { onRequest }, async (request, reply) =>
    sendJson(request, reply, toJobJson(known(await store.cancelJob(request.params.id), request.params.id)))
  );
  server.get(`${PREFIX}/stats`, { onRequest }, async (request, reply) => {
    const [status, statistics] = await Promise.all([store.status(), store.statistics()]);
    return sendJson(request, reply, toStatsJson(status, statistics));
  });
  server.get(`${PREFIX}/export`, { onRequest, exposeHeadRoute: false }, async (request, reply) => {
    const opened = await store.openExport(parseExport(queryOf(request), config));
    return reply
      .header('Content-Type', EXPORT_TYPE)
      .header('X-Tracewell-Spans', String(opened.spans))
      .send(exportStream(store, opened));
  });
}

function known<T>(job: T | undefined, id: string): T {
  if (job === undefined) {
    throw new RequestError(404, 'not-found', `there is no job ${JSON.stringify(id)}, or it was forgotten`);
  }
  return job;
}

function requireJson(request: FastifyRequest): void {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new RequestError(415, 'bad-request', `expected the content type application/json, found "${type ?? ''}"`);
  }
}

function parseExport(query: URLSearchParams, config: Config): Parameters<Store['openExport']>[0] {
  const start = timeParameter(query, 'start');
  const end = timeParameter(query, 'end');
  if (start !== undefined && end !== undefined && end <= start) {
    throw badParameter(`end must be after start, found start=${start} end=${end}`);
  }
  return {
    query: queryParameter(query, config.maxQueryBytes),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
  };
}
