// SPDX-License-Identifier: Apache-2.0
//
// What the shop depends on and does not own: the acquirer and the risk service. They answer, and send no spans.

import http from 'node:http';
import { work } from './kit/chance.ts';
import type { Outsider } from './topology.ts';

export interface OutsiderServer {
  readonly name: Outsider;
  readonly port: number;
  close(): void;
}

const MAX_BODY = 64 * 1024;

const answers: Readonly<Record<Outsider, (body: string) => Promise<object>>> = {
  'acquirer.example': async (body) => {
    await work(35);
    return { approved: !body.includes('"decline":true') };
  },
  'risk.example': async () => {
    await work(450);
    return { score: Math.random() };
  },
};

/** Listens on a free port of the loopback. */
export function openOutsider(name: Outsider): Promise<OutsiderServer> {
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body = (body + chunk).slice(0, MAX_BODY);
    });
    request.on('end', () => {
      void answers[name](body).then((answer) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer));
      });
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({
        name,
        port: typeof address === 'object' && address !== null ? address.port : 0,
        close() {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}
