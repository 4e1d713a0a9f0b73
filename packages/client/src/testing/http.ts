// SPDX-License-Identifier: Apache-2.0
//
// A transport over real HTTP and a server with answers made beforehand, for tests.
import { HostError } from '@tracewell/views';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Transport } from '../http.ts';

/** Requests to `base`, which ends without a slash. */
export function fetchTransport(base: string): Transport {
  return async ({ path, accept, signal }) => {
    const response = await fetch(`${base}/${path}`, { headers: { Accept: accept }, signal }).catch((cause: unknown) => {
      signal.throwIfAborted();
      throw new HostError('unreachable', 'nothing answers', { cause });
    });
    const contentType = response.headers.get('content-type') ?? '';
    return { status: response.status, contentType, body: await response.arrayBuffer() };
  };
}

export interface TestServer {
  readonly url: string;
  /** Paths with query strings, in order. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** Serves `handle` on a port that the system chooses. */
export function startServer(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<TestServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    handle(request, response);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({
        url: `http://127.0.0.1:${String(port)}`,
        asked,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}
