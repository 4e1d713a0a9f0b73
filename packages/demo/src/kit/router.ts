// SPDX-License-Identifier: Apache-2.0
//
// The HTTP server of an instance: routes by template, JSON in and out, and a measurement of each request.

import http from 'node:http';
import { context, trace } from '@opentelemetry/api';
import { getRPCMetadata, RPCType } from '@opentelemetry/core';
import type { Observation } from '../messages.ts';
import { CallFailure } from './client.ts';

export interface Request {
  readonly parameters: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A field of a body that should be text; '' when it is something else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export type Handler = (request: Request) => Promise<unknown>;

export interface Router {
  readonly route: (method: 'GET' | 'POST', template: string, handler: Handler) => void;
  /** Resolves with the port. */
  listen(): Promise<number>;
  close(): void;
}

const MAX_BODY = 64 * 1024;

export function createRouter(observe: (observation: Observation) => void): Router {
  const routes: { method: string; template: string; pattern: RegExp; handler: Handler }[] = [];
  const server = http.createServer((request, response) => {
    const started = performance.now();
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const found = routes.find(({ method, pattern }) => method === request.method && pattern.test(path));
    const route = found?.template ?? '';
    const metadata = getRPCMetadata(context.active());
    if (found !== undefined && metadata?.type === RPCType.HTTP) {
      // Where the instrumentation looks for `http.route` and the name of the server span.
      metadata.route = route;
    }
    const { traceId = '', spanId = '' } = trace.getActiveSpan()?.spanContext() ?? {};
    response.on('close', () => {
      const seconds = (performance.now() - started) / 1000;
      observe({ method: request.method ?? '', route, status: response.statusCode, seconds, traceId, spanId });
    });
    const answer = (status: number, body: unknown): void => {
      const payload = JSON.stringify(body);
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) });
      response.end(payload);
    };
    const run = async (): Promise<void> => {
      if (found === undefined) {
        answer(404, { error: `no route for ${request.method} ${path}` });
        return;
      }
      const body = await readBody(request);
      const parameters = found.pattern.exec(path)?.groups ?? {};
      answer(200, (await found.handler({ parameters, body })) ?? {});
    };
    run().catch((error: unknown) => {
      const status = error instanceof CallFailure ? error.status : 500;
      answer(status, { error: error instanceof Error ? error.message : String(error) });
    });
  });
  return {
    route(method, template, handler) {
      const source = template.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
      routes.push({ method, template, pattern: new RegExp(`^${source}$`), handler });
    },
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => {
          const address = server.address();
          resolve(typeof address === 'object' && address !== null ? address.port : 0);
        });
      }),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function readBody(request: http.IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let length = 0;
  const pieces: AsyncIterable<Buffer> = request;
  for await (const bytes of pieces) {
    length += bytes.length;
    if (length > MAX_BODY) {
      throw new CallFailure(413, `the body should have at most ${MAX_BODY} bytes`);
    }
    chunks.push(bytes);
  }
  const body: unknown = length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8'));
  return typeof body === 'object' && body !== null ? { ...body } : {};
}
