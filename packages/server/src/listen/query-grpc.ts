// SPDX-License-Identifier: Apache-2.0
//
// The gRPC side of the query port: `tempopb.StreamingQuerier`, which Grafana dials on the host and port of the data
// source's URL if streaming is switched on. The same checks, limits and time limits as over HTTP; packets wait while
// the client does not read; a client that goes away cancels its query.
import { Server as GrpcServer, type ServerWritableStream, type ServiceDefinition } from '@grpc/grpc-js';
import { once, setMaxListeners } from 'node:events';
import { describeFailure, tempoMessage, toRpcCode } from '../api/query-error.ts';
import { streamingMethods, type StreamingMethod, type StreamingOptions } from '../api/tempo/streaming.ts';
import { SERVER, type SelfTracer } from '../self-tracing/self-tracer.ts';
import { parseTraceparent } from '../self-tracing/traceparent.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { refuseClient, type ClientChecks } from './client-check.ts';

/** What the service needs. */
export interface QueryGrpcOptions extends StreamingOptions, ClientChecks {
  readonly metrics: Metrics;
  readonly log: Log;
  /** Present if the store traces itself. */
  readonly tracer?: SelfTracer;
}

type Call = ServerWritableStream<Buffer, Uint8Array>;

const SERVICE = '/tempopb.StreamingQuerier';
/** Room for a request beside its query. */
const REQUEST_OVERHEAD_BYTES = 64 * 1024;
/** A status travels in a header; a sentence about a long query is cut. */
const MAX_DETAILS_LENGTH = 2000;

/** A gRPC server for the query port; connections are handed to it. */
export function createQueryGrpcServer(options: QueryGrpcOptions): GrpcServer {
  const server = new GrpcServer({
    'grpc.max_receive_message_length': options.config.maxQueryBytes + REQUEST_OVERHEAD_BYTES,
  });
  const methods = Object.entries(streamingMethods);
  const definition: ServiceDefinition = Object.fromEntries(
    methods.map(([name]) => [
      name,
      {
        path: `${SERVICE}/${name}`,
        requestStream: false,
        responseStream: true,
        requestSerialize: (value: Uint8Array) => Buffer.from(value),
        requestDeserialize: (bytes: Buffer) => bytes,
        responseSerialize: (value: Uint8Array) => Buffer.from(value.buffer, value.byteOffset, value.byteLength),
        responseDeserialize: (bytes: Buffer) => bytes,
      },
    ])
  );
  server.addService(
    definition,
    Object.fromEntries(
      methods.map(([name, method]) => [name, (call: Call) => void answer(call, `${SERVICE}/${name}`, method, options)])
    )
  );
  return server;
}

/** Within a span of its own, if the store traces itself. */
async function answer(call: Call, path: string, method: StreamingMethod, options: QueryGrpcOptions): Promise<void> {
  const { tracer } = options;
  const [traceparent] = call.metadata.get('traceparent');
  const attributes = { 'rpc.system': 'grpc', 'rpc.method': path.slice(1) };
  const span = tracer?.begin(
    'query',
    { name: path.slice(1), kind: SERVER, attributes },
    parseTraceparent(traceparent?.toString())
  );
  if (tracer === undefined || span === undefined) {
    await answerCall(call, path, method, options);
    return;
  }
  const status = await tracer.within(span, () => answerCall(call, path, method, options));
  span.set('http.response.status_code', BigInt(status));
  span.end(status >= 499 ? `answered as ${status}` : undefined);
}

/** Resolves to what the answer's status would be over HTTP. */
async function answerCall(
  call: Call,
  path: string,
  method: StreamingMethod,
  options: QueryGrpcOptions
): Promise<number> {
  const startedAt = performance.now();
  const gone = new AbortController();
  setMaxListeners(0, gone.signal);
  call.on('cancelled', () => gone.abort());
  let status = 200;
  try {
    const [authorization] = call.metadata.get('authorization');
    const refused = refuseClient(call.getHost(), { authorization: authorization?.toString() }, options);
    if (refused !== undefined) {
      throw refused;
    }
    const bounds = { signal: gone.signal, timeoutMs: options.config.queryTimeout };
    for (const packet of await method(call.request, options, bounds)) {
      if (!call.write(packet)) {
        await once(call, 'drain', { signal: gone.signal });
      }
    }
    call.end();
  } catch (error) {
    status = gone.signal.aborted ? 499 : fail(call, path, error, options);
  }
  options.metrics.answered(path, status, (performance.now() - startedAt) / 1000);
  return status;
}

/** Ends the call with the status for the failure, and says which it would be over HTTP. */
function fail(call: Call, path: string, error: unknown, { log }: QueryGrpcOptions): number {
  const failure = describeFailure(error);
  if (failure.isBug) {
    log.error({ err: error, path }, 'a query failed');
  }
  const sentence = tempoMessage(failure);
  const details = sentence.length > MAX_DETAILS_LENGTH ? `${sentence.slice(0, MAX_DETAILS_LENGTH)}...` : sentence;
  call.emit('error', { code: toRpcCode(failure.status), details });
  return failure.status;
}
