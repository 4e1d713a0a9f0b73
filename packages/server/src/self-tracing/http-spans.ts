// SPDX-License-Identifier: Apache-2.0
//
// A span around each query over HTTP. It goes on with the trace of whoever asks (Grafana sends traceparent); what the
// store does for the query is below it.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { SelfSpan, SelfTracer } from './self-tracer.ts';
import { SERVER } from './self-tracer.ts';
import { parseTraceparent } from './traceparent.ts';

/** Asked all the time, and of no interest. */
const isLeftOut = (route: string): boolean => !/^\/(?:api\/(?!echo|status)|tracewell\/api\/v1\/(?!admin))/.test(route);

/** Adds the hooks; before those that may refuse a request. */
export function addHttpSpans(server: FastifyInstance, tracer: SelfTracer): void {
  const spans = new WeakMap<FastifyRequest, SelfSpan>();
  server.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url ?? '';
    const { traceparent } = request.headers;
    const span = isLeftOut(route)
      ? undefined
      : tracer.begin(
          'query',
          {
            name: `${request.method} ${route}`,
            kind: SERVER,
            attributes: {
              'http.request.method': request.method,
              'http.route': route,
              'url.path': (request.raw.url ?? '').split('?', 1)[0] ?? '',
            },
          },
          parseTraceparent(typeof traceparent === 'string' ? traceparent : undefined)
        );
    if (span === undefined) {
      done();
      return;
    }
    spans.set(request, span);
    tracer.within(span, () => done());
  });
  server.addHook('onResponse', (request, reply, done) => {
    const span = spans.get(request);
    span?.set('http.response.status_code', BigInt(reply.statusCode));
    span?.end(reply.statusCode >= 500 ? `answered ${reply.statusCode}` : undefined);
    done();
  });
  server.addHook('onRequestAbort', (request, done) => {
    spans.get(request)?.end('the client closed the connection');
    done();
  });
}
