// SPDX-License-Identifier: Apache-2.0
//
// The running server: opens the three ports over one store, and closes them in the right order: stop
// accepting, finish what is in progress, end what lingers. The store itself belongs to the caller.
import type { Server as GrpcServer } from '@grpc/grpc-js';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import type { Store, StoreHooks } from '@tracewell/store';
import { limitQueries } from './api/query-gate.ts';
import type { Config } from './config/options.ts';
import { formatAddress, type ListenAddress } from './config/values.ts';
import { readStaticFiles } from './console/static-files.ts';
import { exportBudget } from './ingest/budget.ts';
import { createOtlpGrpcServer } from './ingest/otlp-grpc.ts';
import { createOtlpHttpHandler } from './ingest/otlp-http.ts';
import { createReceiver } from './ingest/receiver.ts';
import { createCredentialCheck } from './listen/credentials.ts';
import { createHostCheck } from './listen/host-check.ts';
import { announceLastAnswers } from './listen/last-answers.ts';
import { connectTo, injectInto, openPort, readTlsFiles, type Port } from './listen/ports.ts';
import { createQueryGrpcServer } from './listen/query-grpc.ts';
import { createQueryServer } from './listen/query-server.ts';
import { dispatchByFirstBytes } from './listen/shared-port.ts';
import { SelfTracer } from './self-tracing/self-tracer.ts';
import { traceStore } from './self-tracing/trace-store.ts';
import { recordUpkeep } from './self-tracing/upkeep-spans.ts';
import type { Log } from './telemetry/log.ts';
import { createMetrics } from './telemetry/metrics.ts';

/** What a server runs with. */
export interface ServerOptions {
  readonly config: Config;
  readonly store: Store;
  readonly version: string;
  /** Folder with the built console; an empty or missing one leaves the console out. */
  readonly consoleDir: string;
  readonly log: Log;
  /** Takes who wants to hear what the store logs. */
  readonly onStoreLog?: (listener: NonNullable<StoreHooks['log']>) => void;
}

/** A server that answers. */
export interface RunningServer {
  /** The addresses really bound. */
  readonly addresses: {
    readonly http: ListenAddress;
    readonly otlpHttp: ListenAddress;
    readonly otlpGrpc: ListenAddress;
  };
  /** Where to point a browser and exporters. */
  readonly urls: { readonly console: string; readonly otlpHttp: string; readonly otlpGrpc: string };
  /** Refuses new exports, finishes those in progress and closes the ports. Takes at most `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

const DEFAULT_GRACE_MS = 7000;
/** Queries in progress get this long; a query can be asked again, an export in progress is worth more. */
const QUERY_GRACE_MS = 1500;

/**
 * Opens all ports.
 *
 * @throws StartError if one cannot be had; the others are closed again then
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config, store, log, version } = options;
  const metrics = createMetrics(store, version);
  const limits = { running: config.maxQueries, waiting: config.maxWaitingQueries };
  const tracer = config.selfTracing ? new SelfTracer(store, version) : undefined;
  if (tracer !== undefined) {
    metrics.watchSelfTracing(() => tracer.counters);
    options.onStoreLog?.((...event) => recordUpkeep(tracer, ...event));
  }
  const traced = tracer === undefined ? store : traceStore(store, tracer);
  const queries = limitQueries(traced, limits, (...lane) => metrics.watchQueries(...lane));
  const tls = await readTlsFiles(config);
  const credentials = createCredentialCheck(config);
  const receiver = createReceiver(store, log, tracer);
  const budget = exportBudget(config.maxDecompressedBytes);
  const shared = { config, receiver, metrics, credentials, budget };
  const ports: Port[] = [];
  try {
    const otlpHttpServer = watched(
      createHttpServer(
        createOtlpHttpHandler({
          ...shared,
          isAllowedHost: createHostCheck(config.otlpHttpListen.host, config.allowedHosts),
        })
      )
    );
    const otlpHttp = await openPort(
      config.otlpHttpListen,
      'otlp-http-listen',
      tls,
      ['http/1.1'],
      connectTo(otlpHttpServer)
    );
    ports.push(otlpHttp);

    const otlpGrpcServer = createOtlpGrpcServer(shared);
    const otlpGrpc = await openPort(config.otlpGrpcListen, 'otlp-grpc-listen', tls, ['h2'], injectInto(otlpGrpcServer));
    ports.push(otlpGrpc);

    const scheme = tls === undefined ? 'http' : 'https';
    const otlp = { http: urlOf(scheme, otlpHttp.address), grpc: urlOf(scheme, otlpGrpc.address) };
    const isAllowedHost = createHostCheck(config.httpListen.host, config.allowedHosts);
    const asked = { store: queries, config, log, metrics, credentials, isAllowedHost, ...(tracer && { tracer }) };
    const queryServer = await createQueryServer({
      ...asked,
      version,
      otlp,
      console: await readStaticFiles(options.consoleDir, config.httpPrefix),
    });
    const queryGrpcServer = createQueryGrpcServer(asked);
    const answerLast = [otlpHttpServer, queryServer.httpServer].map(announceLastAnswers);
    const handlers = { http1: connectTo(queryServer.httpServer), http2: injectInto(queryGrpcServer) };
    const http = await openPort(config.httpListen, 'http-listen', tls, ['h2', 'http/1.1'], (socket) =>
      dispatchByFirstBytes(socket, handlers)
    );
    ports.push(http);

    return {
      addresses: { http: http.address, otlpHttp: otlpHttp.address, otlpGrpc: otlpGrpc.address },
      urls: {
        console: `${urlOf(scheme, http.address)}${config.httpPrefix}/`,
        otlpHttp: otlp.http,
        otlpGrpc: otlp.grpc,
      },
      close: async (graceMs = DEFAULT_GRACE_MS) => {
        receiver.stop();
        answerLast.forEach((begin) => begin());
        for (const port of ports) {
          port.stopAccepting();
        }
        await within(graceMs, receiver.idle());
        await Promise.all([
          within(QUERY_GRACE_MS, closeGrpc(otlpGrpcServer)),
          within(QUERY_GRACE_MS, closeGrpc(queryGrpcServer)),
          closeHttp(otlpHttpServer, otlpHttp, QUERY_GRACE_MS),
          closeHttp(queryServer.httpServer, http, QUERY_GRACE_MS).then(() => queryServer.close()),
        ]);
        otlpGrpcServer.forceShutdown();
        queryGrpcServer.forceShutdown();
        for (const port of ports) {
          port.destroyConnections();
        }
        await tracer?.close();
      },
    };
  } catch (error) {
    for (const port of ports) {
      port.stopAccepting();
      port.destroyConnections();
    }
    throw error;
  }
}

/** An HTTP server that never listens is told by hand to watch its connections for timeouts. */
function watched(server: HttpServer): HttpServer {
  server.emit('listening');
  return server;
}

function urlOf(scheme: string, address: ListenAddress): string {
  const isWildcard = address.host === '0.0.0.0' || address.host === '::';
  return `${scheme}://${formatAddress(isWildcard ? { ...address, host: 'localhost' } : address)}`;
}

function closeGrpc(server: GrpcServer): Promise<void> {
  return new Promise((resolve) => {
    server.tryShutdown(() => resolve());
  });
}

/** Ends connections as they become idle, until none is left or the time is over. */
async function closeHttp(server: HttpServer, port: Port, graceMs: number): Promise<void> {
  const deadline = performance.now() + graceMs;
  server.close();
  while (port.connectionCount() > 0 && performance.now() < deadline) {
    server.closeIdleConnections();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  server.closeAllConnections();
}

/** Waits for a promise, but not longer than `ms`. */
async function within(ms: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, timeout]);
  clearTimeout(timer);
}
