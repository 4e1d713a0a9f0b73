// SPDX-License-Identifier: Apache-2.0
//
// Opening and closing of ports: one clear sentence when a port cannot be had, and a close that lets
// answers in progress finish but waits for nobody who only holds a connection open.
import type { Server as NetServer, Socket } from 'node:net';
import { codeOf, messageOf } from '../telemetry/failure.ts';
import { formatAddress, type ListenAddress } from '../config/values.ts';

/** The store cannot start. The message is one line for a person; no stack is wanted. */
export class StartError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'StartError';
  }
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is already in use by another process',
  EACCES: 'the system does not allow it (ports below 1024 need a privilege)',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'the host name cannot be resolved',
  EAI_AGAIN: 'the host name cannot be resolved',
};

/** Says why an address cannot be listened on, and by which flag to choose another. */
export function listenFailure(address: ListenAddress, flag: string, cause: unknown): StartError {
  const reason = reasons[codeOf(cause)] ?? messageOf(cause);
  return new StartError(`cannot listen on ${formatAddress(address)}: ${reason}; choose another with --${flag}`, {
    cause,
  });
}

/** Resolves to the address really bound (port 0 lets the system choose). */
export async function listen(server: NetServer, address: ListenAddress, flag: string): Promise<ListenAddress> {
  await new Promise<void>((resolve, reject) => {
    const onError = (cause: unknown) => reject(listenFailure(address, flag, cause));
    server.once('error', onError);
    server.listen({ host: address.host, port: address.port, backlog: 511 }, () => {
      server.off('error', onError);
      resolve();
    });
  });
  const bound = server.address();
  return { host: address.host, port: typeof bound === 'object' && bound !== null ? bound.port : address.port };
}

/** Keeps the sockets of a server, so that a close can end those that linger. */
export class ConnectionSet {
  readonly #sockets = new Set<Socket>();

  add(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  get size(): number {
    return this.#sockets.size;
  }

  destroyAll(): void {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }
}
