// SPDX-License-Identifier: Apache-2.0
//
// The HTTP side of the query port: both query APIs, /metrics and the console in one fastify instance,
// behind the checks that every request passes (Host, credentials, Origin). It does not listen itself;
// connections are handed to `httpServer`.
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { createServer, type Server as HttpServer } from 'node:http';
import { StoreError, type Store } from '@tracewell/store';
import { describeFailure, RequestError, tempoMessage } from '../api/query-error.ts';
import { addAdminRoutes } from '../api/admin/routes.ts';
import { addTempoRoutes } from '../api/tempo/routes.ts';
import { addTracewellRoutes, isTracewellPath, toErrorJson } from '../api/tracewell/routes.ts';
import type { Config } from '../config/options.ts';
import { addConsoleRoutes } from '../console/routes.ts';
import type { StaticFiles } from '../console/static-files.ts';
import { addHttpSpans } from '../self-tracing/http-spans.ts';
import type { SelfTracer } from '../self-tracing/self-tracer.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { CredentialCheck } from './credentials.ts';
import { refuseClient } from './client-check.ts';
import { isOwnOrigin, type HostCheck } from './host-check.ts';

/** What the query port serves. */
export interface QueryServerOptions {
  readonly store: Store;
  readonly config: Config;
  readonly version: string;
  readonly otlp: { readonly http: string; readonly grpc: string };
  readonly log: Log;
  readonly metrics: Metrics;
  readonly credentials: CredentialCheck;
  readonly isAllowedHost: HostCheck;
  readonly console: StaticFiles;
  /** Present if the store traces itself. */
  readonly tracer?: SelfTracer;
}

/** An HTTP server that takes connections by its `connection` event. */
export interface QueryServer {
  readonly httpServer: HttpServer;
  /** Patterns of all routes, in order; for the documentation's test. */
  readonly routes: readonly string[];
  close(): Promise<void>;
}

/** Answered without credentials: load balancers ask it, and it tells nothing. */
const openPaths = new Set(['/ready']);

/** Builds the server. */
export async function createQueryServer(options: QueryServerOptions): Promise<QueryServer> {
  const { config, log, metrics } = options;
  let httpServer: HttpServer | undefined;
  const server = fastify({
    logger: false,
    // A query of the allowed length, percent-encoded three to one, must fit into the request line.
    serverFactory: (handler) => {
      httpServer = createServer({ maxHeaderSize: 3 * config.maxQueryBytes + 64 * 1024 }, (request, response) => {
        handler(request, response);
      });
      return httpServer;
    },
    rewriteUrl: (request) => withoutPrefix(request.url ?? '/', config.httpPrefix),
    routerOptions: { maxParamLength: 4096, ignoreTrailingSlash: true },
    exposeHeadRoutes: true,
    forceCloseConnections: true,
  });

  if (options.tracer !== undefined) {
    addHttpSpans(server, options.tracer);
  }
  const routes = new Set<string>();
  server.addHook('onRoute', ({ url }) => void routes.add(url));
  server.addHook('onRequest', (request, reply, done) => {
    const refused = refuse(request, options);
    if (refused === undefined) {
      done();
    } else {
      if (refused.status === 401) {
        reply.header('WWW-Authenticate', options.credentials.challenge);
      }
      done(refused);
    }
  });
  server.addHook('onSend', (_request, reply, payload, done) => {
    reply
      .header('X-Content-Type-Options', 'nosniff')
      .header('Referrer-Policy', 'no-referrer')
      .header('Cross-Origin-Resource-Policy', 'same-origin');
    done(null, payload);
  });
  server.addHook('onResponse', (request, reply, done) => {
    metrics.answered(request.routeOptions.url ?? 'unknown', reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
  server.setNotFoundHandler((request, reply) => {
    sendFailure(request, reply, new RequestError(404, 'not-found', `there is nothing at ${pathOf(request)}`), log);
  });
  server.setErrorHandler((error, request, reply) => {
    sendFailure(request, reply, error, log);
  });

  server.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await metrics.render();
    return reply.type(contentType).send(text);
  });
  addTempoRoutes(server, { ...options, routes });
  addTracewellRoutes(server, options);
  addAdminRoutes(server, options);
  addConsoleRoutes(server, options.console);
  await server.ready();
  return toQueryServer(server, httpServer, [...routes]);
}

function toQueryServer(
  server: FastifyInstance,
  httpServer: HttpServer | undefined,
  routes: readonly string[]
): QueryServer {
  if (httpServer === undefined) {
    throw new Error('fastify made no server');
  }
  // It never listens, so it is told by hand to watch its connections for timeouts.
  httpServer.emit('listening');
  return {
    httpServer,
    routes,
    close: async () => {
      httpServer.close();
      httpServer.closeIdleConnections();
      await server.close();
    },
  };
}

/** A proxy may keep its prefix or strip it; both arrive at the same routes. */
function withoutPrefix(url: string, prefix: string): string {
  if (prefix === '' || !url.startsWith(prefix)) {
    return url;
  }
  const rest = url.slice(prefix.length);
  return rest === '' || rest.startsWith('?') ? `/${rest}` : rest.startsWith('/') ? rest : url;
}

function pathOf(request: FastifyRequest): string {
  return (request.raw.url ?? '/').split('?', 1)[0] ?? '/';
}

function refuse(request: FastifyRequest, options: QueryServerOptions): RequestError | undefined {
  const { host, authorization, origin } = request.headers;
  const refused = refuseClient(host, openPaths.has(pathOf(request)) ? undefined : { authorization }, options);
  if (refused !== undefined) {
    return refused;
  }
  const isReading = request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS';
  if (!isReading && !isOwnOrigin(origin, host)) {
    return new RequestError(403, 'forbidden', `a page of ${JSON.stringify(origin)} may not change anything here`);
  }
  return undefined;
}

function sendFailure(request: FastifyRequest, reply: FastifyReply, error: unknown, log: Log): void {
  const failure = describeFailure(withStatusOfFastify(error));
  const path = pathOf(request);
  if (failure.isBug) {
    log.error({ err: error, path }, 'a query failed');
  }
  reply.status(failure.status).removeHeader('Content-Encoding');
  if (failure.status === 429 || failure.status === 503) {
    reply.header('Retry-After', '1');
  }
  if (isTracewellPath(path)) {
    const range = error instanceof StoreError ? error.range : undefined;
    const message = range === undefined ? failure.message : withoutExcerpt(failure.message);
    reply.type('application/json; charset=utf-8').send(JSON.stringify(toErrorJson(failure.code, message, range)));
    return;
  }
  reply.type('text/plain; charset=utf-8').send(tempoMessage(failure));
}

/** The store shows the place in the query for people at a terminal; clients with the range draw it themselves. */
function withoutExcerpt(message: string): string {
  return message
    .split('\n')
    .filter((line) => line !== '' && !/^\s*\d* \| /.test(line))
    .join('\n');
}

/** Errors that fastify itself raises (a bad URL, say) carry their status. */
function withStatusOfFastify(error: unknown): unknown {
  if (
    error instanceof Error &&
    'statusCode' in error &&
    typeof error.statusCode === 'number' &&
    error.statusCode < 500
  ) {
    return new RequestError(error.statusCode, 'bad-request', error.message);
  }
  return error;
}
