// SPDX-License-Identifier: Apache-2.0
//
// The console at `/`: its files by name, and index.html for the addresses that the page itself routes.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { acceptsGzip } from '../api/answer.ts';
import { contentSecurityPolicy, type StaticFile, type StaticFiles } from './static-files.ts';

/** Addresses of pages; the page reads what follows. */
const pages = ['/', '/search', '/trace', '/trace/*', '/services'];

const notBuilt =
  'The console was not built. In a checkout, run: node tooling/build.mjs\n' +
  'The query API works without it, see docs/api.md.\n';

/** Adds the pages, and returns what serves a file by its path (false if there is none). */
export function addConsoleRoutes(server: FastifyInstance, { index, files }: StaticFiles): void {
  for (const page of pages) {
    server.get(page, (request, reply) =>
      index === undefined
        ? reply.status(503).type('text/plain; charset=utf-8').send(notBuilt)
        : sendFile(request, reply, index)
    );
  }
  for (const [name, file] of files) {
    if (name !== 'index.html') {
      server.get(`/${name}`, (request, reply) => sendFile(request, reply, file));
    }
  }
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: StaticFile): FastifyReply {
  reply
    .header('Cache-Control', file.cacheControl)
    .header('ETag', file.etag)
    .header('Vary', 'Accept-Encoding')
    .header('Content-Security-Policy', contentSecurityPolicy);
  if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(file.etag) === true) {
    return reply.status(304).send();
  }
  reply.type(file.contentType);
  if (file.gzipped !== undefined && acceptsGzip(request.headers['accept-encoding'])) {
    return reply.header('Content-Encoding', 'gzip').send(file.gzipped);
  }
  return reply.send(file.body);
}
