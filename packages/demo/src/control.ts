// SPDX-License-Identifier: Apache-2.0
//
// The demo's own HTTP endpoint: `GET /metrics`, and the faults, to read (`GET /faults`) and to switch
// (`POST /faults` with `{"nPlusOne": true}`; faults that are not named stay as they are).
//
// A web page in the same browser must not be able to switch faults: the Host has to be the loopback, a foreign Origin is
// refused, and so is a body that is not declared as JSON, because a page can send others without being asked. Where the
// endpoint listens on the network, other machines can read `/metrics`, and nothing else.

import http from 'node:http';
import { faultNames, faults, isFaultName, type FaultName } from './faults.ts';
import type { Metrics } from './metrics.ts';

export interface ControlServer {
  /** Base URL. */
  readonly url: string;
  close(): void;
}

export interface FaultSwitches {
  active(): ReadonlySet<FaultName>;
  /** Replaces what is switched on. */
  replace(active: ReadonlySet<FaultName>): void;
}

const MAX_BODY = 16 * 1024;
const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

export function openControl(
  listen: { readonly host: string; readonly port: number },
  metrics: Metrics,
  switches: FaultSwitches
): Promise<ControlServer> {
  const server = http.createServer((request, response) => {
    answer(request, metrics, switches).then(
      ({ status, contentType, text }) => {
        response.writeHead(status, { 'content-type': contentType });
        response.end(text);
      },
      (error: unknown) => {
        response.writeHead(500, { 'content-type': 'text/plain' });
        response.end(`${String(error)}\n`);
      }
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : listen.port;
      const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
      resolve({
        url: `http://${host}:${port}`,
        close() {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

function plain(status: number, text: string): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', text: `${text}\n` };
}

/** Whether a connection from `address` came over the loopback. */
export function isThisMachine(address: string | undefined): boolean {
  return /^(::ffff:)?127\.|^::1$/.test(address ?? '');
}

async function answer(request: http.IncomingMessage, metrics: Metrics, switches: FaultSwitches): Promise<Answer> {
  const { host = '', origin } = request.headers;
  const path = (request.url ?? '/').split('?')[0];
  if (!isThisMachine(request.socket.remoteAddress)) {
    return path === '/metrics' && request.method === 'GET'
      ? { status: 200, ...(await metrics.render()) }
      : plain(403, 'other machines can read /metrics only');
  }
  if (!LOOPBACK_HOST.test(host)) {
    return plain(403, `the Host header should name the loopback, found "${host}"`);
  }
  if (origin !== undefined && origin !== `http://${host}`) {
    return plain(403, `the Origin header should be absent or http://${host}, found "${origin}"`);
  }
  if (path === '/metrics' && request.method === 'GET') {
    return { status: 200, ...(await metrics.render()) };
  }
  if (path === '/faults' && request.method === 'GET') {
    return showFaults(switches);
  }
  if (path === '/faults' && request.method === 'POST') {
    return switchFaults(request, switches);
  }
  return plain(404, 'there are GET /metrics, GET /faults and POST /faults');
}

function showFaults(switches: FaultSwitches): Answer {
  const active = switches.active();
  const shown = Object.fromEntries(
    faultNames.map((name) => [name, { active: active.has(name), description: faults[name] }])
  );
  return { status: 200, contentType: 'application/json', text: `${JSON.stringify(shown, null, 2)}\n` };
}

async function switchFaults(request: http.IncomingMessage, switches: FaultSwitches): Promise<Answer> {
  const contentType = request.headers['content-type'] ?? '';
  if (!contentType.startsWith('application/json')) {
    return plain(415, `the content type should be application/json, found "${contentType}"`);
  }
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY) {
      return plain(413, `the body should have at most ${MAX_BODY} characters`);
    }
  }
  let wanted: unknown;
  try {
    wanted = JSON.parse(text);
  } catch (error) {
    return plain(400, `the body should be JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted)) {
    return plain(400, 'the body should be an object such as {"nPlusOne": true}');
  }
  const active = new Set(switches.active());
  for (const [name, isOn] of Object.entries(wanted)) {
    if (!isFaultName(name)) {
      return plain(400, `"${name}" is no fault; there are ${faultNames.join(', ')}`);
    }
    if (typeof isOn !== 'boolean') {
      return plain(400, `"${name}" should be true or false, found ${JSON.stringify(isOn)}`);
    }
    if (isOn) {
      active.add(name);
    } else {
      active.delete(name);
    }
  }
  switches.replace(active);
  return showFaults(switches);
}
