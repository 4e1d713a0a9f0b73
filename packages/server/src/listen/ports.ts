// SPDX-License-Identifier: Apache-2.0
//
// Ports, with TLS or without. Connections are accepted here and handed to HTTP and gRPC servers that do
// not listen themselves, so every port opens, fails and closes in the same way.
import type { Server as GrpcServer } from '@grpc/grpc-js';
import { ServerCredentials } from '@grpc/grpc-js';
import type { Server as HttpServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { createServer as createNetServer, type Server as NetServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Config } from '../config/options.ts';
import type { ListenAddress } from '../config/values.ts';
import { messageOf } from '../telemetry/failure.ts';
import { ConnectionSet, listen, StartError } from './listener.ts';

/** Certificate and key in PEM. */
export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Reads the files of --tls-cert and --tls-key; undefined if TLS is not configured. */
export async function readTlsFiles(config: Pick<Config, 'tlsCert' | 'tlsKey'>): Promise<TlsFiles | undefined> {
  if (config.tlsCert === '') {
    return undefined;
  }
  const read = async (flag: string, file: string) => {
    try {
      return await readFile(file);
    } catch (cause) {
      throw new StartError(`cannot read the file of --${flag}: ${messageOf(cause)}`, {
        cause,
      });
    }
  };
  return { cert: await read('tls-cert', config.tlsCert), key: await read('tls-key', config.tlsKey) };
}

/** An open port. */
export interface Port {
  readonly address: ListenAddress;
  /** Takes no further connections. */
  stopAccepting(): void;
  /** Number of connections that are open. */
  connectionCount(): number;
  destroyConnections(): void;
}

/** Opens a port; each connection goes to `accept`. */
export async function openPort(
  address: ListenAddress,
  flag: string,
  tls: TlsFiles | undefined,
  protocols: readonly ('h2' | 'http/1.1')[],
  accept: (socket: Socket) => void
): Promise<Port> {
  const connections = new ConnectionSet();
  const onSocket = (socket: Socket) => {
    connections.add(socket);
    // A peer that resets its connection is no event for us.
    socket.on('error', () => socket.destroy());
    accept(socket);
  };
  const server = createAcceptor(tls, protocols, onSocket, connections);
  return {
    address: await listen(server, address, flag),
    stopAccepting: () => void server.close(),
    connectionCount: () => connections.size,
    destroyConnections: () => connections.destroyAll(),
  };
}

function createAcceptor(
  tls: TlsFiles | undefined,
  protocols: readonly ('h2' | 'http/1.1')[],
  onSocket: (socket: Socket) => void,
  connections: ConnectionSet
): NetServer {
  if (tls === undefined) {
    return createNetServer({ noDelay: true, allowHalfOpen: true }, onSocket);
  }
  try {
    const server = createTlsServer({ ...tls, noDelay: true, ALPNProtocols: [...protocols] }, onSocket);
    // Connections in their handshake count too.
    server.on('connection', (socket: Socket) => connections.add(socket));
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    return server;
  } catch (cause) {
    throw new StartError(`--tls-cert and --tls-key do not hold a usable certificate and key: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** Lets a gRPC server take connections that were accepted (and decrypted) elsewhere. */
export function injectInto(server: GrpcServer): (socket: Socket) => void {
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  return (socket) => injector.injectConnection(socket);
}

/** Lets an HTTP server take connections that were accepted elsewhere. */
export function connectTo(server: HttpServer): (socket: Socket) => void {
  return (socket) => void server.emit('connection', socket);
}
