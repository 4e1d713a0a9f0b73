// SPDX-License-Identifier: Apache-2.0
//
// Calls between services: HTTP on the loopback, under the names that the services have in the shop.

import http from 'node:http';
import type { LookupFunction } from 'node:net';
import type { Directory, Outsider, ServiceName } from '../topology.ts';

/** An answer that says the call failed. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface Call {
  readonly to: ServiceName | Outsider;
  readonly method: 'GET' | 'POST';
  /** Path with names in braces: `/cart/{user}`. */
  readonly template: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export type Caller = (call: Call) => Promise<Record<string, unknown>>;

/** Every name is this machine. */
const lookup: LookupFunction = (_hostname, options, callback) => {
  if (options.all === true) {
    callback(null, [{ address: '127.0.0.1', family: 4 }]);
  } else {
    callback(null, '127.0.0.1', 4);
  }
};

const TIMEOUT_MS = 10_000;

/** A caller that spreads its calls over the instances of a service, one after the other. */
export function createCaller(directory: Directory): Caller {
  const agent = new http.Agent({ keepAlive: true, keepAliveMsecs: 10_000, maxSockets: 32 });
  const turns = new Map<string, number>();
  return ({ to, method, template, parameters = {}, body }) => {
    const ports = directory[to] ?? [];
    const turn = turns.get(to) ?? 0;
    turns.set(to, turn + 1);
    const port = ports[turn % ports.length];
    if (port === undefined) {
      return Promise.reject(new CallFailure(503, `no instance of ${to} is known`));
    }
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ''));
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = payload === undefined ? {} : { 'content-type': 'application/json' };
    // `urlTemplate` is for our own hook in telemetry.ts; node ignores it.
    const options = {
      hostname: to,
      port,
      lookup,
      agent,
      method,
      path,
      headers,
      timeout: TIMEOUT_MS,
      urlTemplate: template,
    };
    return new Promise((resolve, reject) => {
      const request = http.request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const answer = parseAnswer(Buffer.concat(chunks).toString('utf8'));
          const status = response.statusCode ?? 0;
          if (status >= 400) {
            reject(
              new CallFailure(
                status,
                typeof answer['error'] === 'string' ? answer['error'] : `${to} answered ${status}`
              )
            );
          } else {
            resolve(answer);
          }
        });
      });
      request.on('timeout', () =>
        request.destroy(new CallFailure(504, `${to} did not answer in ${TIMEOUT_MS / 1000} s`))
      );
      request.on('error', reject);
      request.end(payload);
    });
  };
}

function parseAnswer(text: string): Record<string, unknown> {
  const answer: unknown = text === '' ? {} : JSON.parse(text);
  return typeof answer === 'object' && answer !== null ? { ...answer } : {};
}
