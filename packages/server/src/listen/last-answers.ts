// SPDX-License-Identifier: Apache-2.0
//
// When a server stops, answers that are still to come are the last ones on their connections, and say so: a client that
// was told to keep a connection would send its next request into one that is being closed, and get no answer.
import type { Server, ServerResponse } from 'node:http';

/** To be called before requests come; the function that it returns makes all answers from then on the last ones. */
export function announceLastAnswers(server: Server): () => void {
  const open = new Set<ServerResponse>();
  let isStopping = false;
  server.prependListener('request', (_request, response: ServerResponse) => {
    response.shouldKeepAlive &&= !isStopping;
    open.add(response);
    response.once('close', () => open.delete(response));
  });
  return () => {
    isStopping = true;
    for (const response of open) {
      response.shouldKeepAlive = false;
    }
  };
}
