// SPDX-License-Identifier: Apache-2.0
//
// One port for HTTP/1.1 and gRPC (HTTP/2 without or with TLS): Grafana dials gRPC on the host and port of
// the data source's URL. A connection is held until its first bytes tell which one it is: HTTP/2 begins
// with the preface "PRI * HTTP/2.0", and no HTTP/1 method does.
import type { Socket } from 'node:net';

const preface = Buffer.from('PRI * HTTP/2.0', 'latin1');
/** Longest wait for the first bytes; browsers open connections ahead of their first request. */
const FIRST_BYTES_TIMEOUT_MS = 60_000;

/** Where connections go once they are told apart. */
export interface ProtocolHandlers {
  http1(socket: Socket): void;
  http2(socket: Socket): void;
}

/** Waits for the first bytes of a connection, puts them back, and hands the connection on. */
export function dispatchByFirstBytes(socket: Socket, handlers: ProtocolHandlers): void {
  const timer = setTimeout(() => socket.destroy(), FIRST_BYTES_TIMEOUT_MS);
  timer.unref();
  const settle = () => {
    clearTimeout(timer);
    socket.off('readable', inspect);
    socket.off('end', giveUp);
    socket.off('error', giveUp);
    socket.off('close', settle);
  };
  const giveUp = () => {
    settle();
    socket.destroy();
  };
  // Kept here until it is enough: bytes that are put back are readable at once, and again, and nothing else would run.
  let first = Buffer.alloc(0);
  const inspect = () => {
    const chunk: unknown = socket.read();
    if (!Buffer.isBuffer(chunk)) {
      return;
    }
    first = Buffer.concat([first, chunk]);
    const length = Math.min(first.length, preface.length);
    const mayBePreface = first.subarray(0, length).equals(preface.subarray(0, length));
    if (mayBePreface && length < preface.length) {
      return;
    }
    settle();
    socket.unshift(first);
    if (mayBePreface) {
      handlers.http2(socket);
    } else {
      handlers.http1(socket);
    }
  };
  socket.on('readable', inspect);
  socket.on('end', giveUp);
  socket.on('error', giveUp);
  socket.on('close', settle);
}
