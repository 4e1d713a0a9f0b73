// SPDX-License-Identifier: Apache-2.0
//
// A network that loses answers: passes requests on to a store, and when the first answer comes (which it does when the
// spans are committed) cuts the connection instead of passing it on. Connections made after that wait until they are
// let through.
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

const http2Headers = 1;

export interface CuttingProxy {
  readonly port: number;
  /** Resolves when an answer has been lost. */
  readonly lost: Promise<void>;
  /** Lets later connections through. */
  letThrough(): void;
  close(): Promise<void>;
}

/** Between an exporter and the store at `target`, a port of this machine. */
export async function startCuttingProxy(target: number, isGrpc: boolean): Promise<CuttingProxy> {
  let hasCut = false;
  let tellLost: () => void = () => undefined;
  const lost = new Promise<void>((resolve) => {
    tellLost = resolve;
  });
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const sockets = new Set<Socket>();

  const serve = async (client: Socket) => {
    sockets.add(client);
    client.on('error', () => undefined);
    client.pause();
    if (hasCut) {
      await opened;
    }
    const store = connect(target, '127.0.0.1');
    sockets.add(store);
    store.on('error', () => client.destroy());
    store.on('close', () => client.destroy());
    client.on('close', () => store.destroy());
    client.pipe(store);
    let answer = Buffer.alloc(0);
    store.on('data', (chunk) => {
      if (hasCut && !store.destroyed) {
        client.write(chunk);
        return;
      }
      answer = Buffer.concat([answer, chunk]);
      if (isAnswer(answer, isGrpc)) {
        hasCut = true;
        client.resetAndDestroy();
        store.destroy();
        tellLost();
      } else {
        client.write(chunk);
      }
    });
  };
  const server: Server = createServer((client) => void serve(client));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    lost,
    letThrough: () => open(),
    close: () =>
      new Promise((resolve) => {
        sockets.forEach((socket) => socket.destroy());
        server.close(() => resolve());
      }),
  };
}

/** Whether these bytes of a connection have the beginning of an answer in them: over HTTP/2 settings come before it. */
function isAnswer(bytes: Buffer, isGrpc: boolean): boolean {
  if (!isGrpc) {
    return true;
  }
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    if (bytes[at + 3] === http2Headers) {
      return true;
    }
  }
  return false;
}
