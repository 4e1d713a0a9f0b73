// SPDX-License-Identifier: Apache-2.0
//
// A real server on ports that the system chooses, for tests.
import type { Store } from '@tracewell/store';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { parseConfig } from '../config/parse.ts';
import { startServer, type RunningServer } from '../server.ts';
import { createLog } from '../telemetry/log.ts';

/** A server, and what it logged. */
export interface TestServer extends RunningServer {
  readonly logged: string[];
}

/** Starts a server over `store` with flags as on the command line. */
export async function startTestServer(
  store: Store,
  flags: readonly string[] = [],
  consoleDir = '/nowhere'
): Promise<TestServer> {
  const config = parseConfig(
    [
      ...['--http-listen', '--otlp-http-listen', '--otlp-grpc-listen'].flatMap((flag) => [flag, '127.0.0.1:0']),
      ...flags,
    ],
    {}
  );
  const logged: string[] = [];
  const log = createLog({ level: 'info', format: 'json' }, { write: (line: string) => logged.push(line) });
  const server = await startServer({ config, store, version: '0.0.0-test', consoleDir, log });
  return { ...server, logged };
}

/** An answer, read whole. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
}

/** One HTTP request with every header under the test's control (fetch forbids some). */
export function send(
  url: string,
  options: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Uint8Array | string;
    readonly signal?: AbortSignal;
  } = {}
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body, signal } = options;
    const request = httpRequest(url, { method, headers, agent: false, ...(signal === undefined ? {} : { signal }) });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text: bytes.toString('utf8') });
      });
    });
    request.end(body);
  });
}
