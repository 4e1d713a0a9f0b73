// SPDX-License-Identifier: Apache-2.0
//
// Sends requests to a store that runs as a process of its own, and looks at the answers: each comes in time, in the
// protocol's own form, and none says that the store itself has failed.
import { Agent, request as httpRequest } from 'node:http';
import { connect as connectHttp2, constants, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { connect } from 'node:net';
import protobuf from 'protobufjs';
import type { TracewellProcess } from '../support/tracewell-process.ts';
import type { EndpointInput, Port } from './endpoint-inputs.ts';
import { Violation } from './target.ts';

const ANSWER_MS = 60_000;
const BYTES_ANSWER_MS = 300;
/** Codes of gRPC that say that the store has failed. */
const failures = [2, 13];

const { root } = protobuf.parse(`
  syntax = "proto3";
  message Status { int32 code = 1; string message = 2; }
  message PartialSuccess { int64 rejected_spans = 1; string error_message = 2; }
  message Response { PartialSuccess partial_success = 1; }
`);

/** See the head of the file. */
export class Endpoints {
  private readonly store: TracewellProcess;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 4 });
  private readonly sessions = new Map<Port, ClientHttp2Session>();

  constructor(store: TracewellProcess) {
    this.store = store;
  }

  close(): void {
    this.agent.destroy();
    this.sessions.forEach((session) => session.destroy());
  }

  /** Sends it; throws Violation, and returns the status. */
  async run(input: EndpointInput): Promise<string> {
    switch (input.kind) {
      case 'http':
        return this.http(input);
      case 'grpc':
        return this.grpc(input);
      case 'bytes':
        return this.bytes(input);
    }
  }

  private url(port: Port): URL {
    const { http, otlpHttp, otlpGrpc } = this.store;
    return new URL({ query: http, http: otlpHttp, grpc: otlpGrpc }[port]);
  }

  private async http(input: EndpointInput & { kind: 'http' }): Promise<string> {
    const { method, path, headers } = input;
    const body = Buffer.from(input.body ?? '', 'base64');
    const url = this.url(input.port);
    const answer = await inTime(
      new Promise<{ status: number; type: string; body: Buffer }>((resolve, reject) => {
        const request = httpRequest({
          agent: this.agent,
          host: url.hostname,
          port: url.port,
          method,
          path,
          headers: { ...headers, ...(input.body === undefined ? {} : { 'content-length': body.length }) },
        });
        request.on('error', reject);
        request.on('response', (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              type: `${response.headers['content-type'] ?? ''}|${response.headers['content-encoding'] ?? ''}`,
              body: Buffer.concat(chunks),
            })
          );
        });
        request.end(body);
      }),
      // A store that ends a connection in the middle of a body that is too large has answered before.
      (error) => ({ status: 0, type: '', body: Buffer.from(String(error)) })
    );
    const { status, type } = answer;
    if (status >= 500 && ![501, 503, 504, 507].includes(status)) {
      throw new Violation(`status ${String(status)}: ${answer.body.toString().slice(0, 500)}`);
    }
    if (method !== 'HEAD' && type === 'application/json|' && answer.body.length > 0) {
      mustParse('JSON', () => JSON.parse(answer.body.toString()));
    }
    if (input.port === 'http' && type === 'application/x-protobuf|') {
      mustParse('protobuf', () => root.lookupType(status === 200 ? 'Response' : 'Status').decode(answer.body));
    }
    return String(status);
  }

  private async grpc(input: EndpointInput & { kind: 'grpc' }): Promise<string> {
    const { path, headers, isFramed } = input;
    const session = this.session(input.port);
    const status = await inTime(
      new Promise<string>((resolve) => {
        const stream = session.request({ ':method': 'POST', ':path': path, ...headers });
        let answer = '';
        stream.on('response', (fields) => {
          answer = String(
            fields['grpc-status'] ?? (fields[':status'] === 200 ? '' : `HTTP ${String(fields[':status'])}`)
          );
        });
        stream.on('trailers', (fields: IncomingHttpHeaders) => {
          answer = String(fields['grpc-status'] ?? 'none');
        });
        stream.on('error', () => undefined);
        stream.on('close', () => resolve(answer === '' ? `reset ${String(stream.rstCode)}` : answer));
        stream.on('data', () => undefined);
        stream.end(Buffer.from(input.body, 'base64'));
      }),
      String
    );
    if (isFramed && (failures.includes(Number(status)) || status === 'none' || status.startsWith('reset'))) {
      throw new Violation(`gRPC status ${status}`);
    }
    return status;
  }

  private session(port: Port): ClientHttp2Session {
    const known = this.sessions.get(port);
    if (known !== undefined && !known.closed && !known.destroyed) {
      return known;
    }
    const session = connectHttp2(this.url(port).origin);
    session.on('error', () => this.sessions.delete(port));
    session.on('goaway', (code) => {
      if (code !== constants.NGHTTP2_NO_ERROR) {
        this.sessions.delete(port);
      }
    });
    this.sessions.set(port, session);
    return session;
  }

  /** Whatever the answer is: none is fine too, for the bytes may be the beginning of something. */
  private async bytes(input: EndpointInput & { kind: 'bytes' }): Promise<string> {
    const url = this.url(input.port);
    const answer = await new Promise<Buffer>((resolve) => {
      const chunks: Buffer[] = [];
      const socket = connect(Number(url.port), url.hostname, () => socket.write(Buffer.from(input.body, 'base64')));
      const end = () => {
        socket.destroy();
        resolve(Buffer.concat(chunks));
      };
      socket.setTimeout(BYTES_ANSWER_MS, end);
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('error', end);
      socket.on('close', end);
    });
    const status = /^HTTP\/1\.1 (\d+)/.exec(answer.toString('latin1'))?.[1] ?? 'none';
    if (status === '500') {
      throw new Violation(`status 500: ${answer.toString().slice(0, 500)}`);
    }
    return status;
  }
}

async function inTime<T>(answer: Promise<T>, failed: (error: unknown) => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Violation(`no answer in ${String(ANSWER_MS)} ms`)), ANSWER_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } catch (error) {
    if (error instanceof Violation) {
      throw error;
    }
    return failed(error);
  } finally {
    clearTimeout(timer);
  }
}

function mustParse(what: string, parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    throw new Violation(`the answer is not ${what}: ${String(error)}`);
  }
}
