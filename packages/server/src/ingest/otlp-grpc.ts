// SPDX-License-Identifier: Apache-2.0
//
// OTLP over gRPC: TraceService/Export on raw bytes; the store decodes them. Metrics and logs are answered
// UNIMPLEMENTED with a sentence, because clients are often pointed at one endpoint for all signals.
import {
  Metadata,
  Server as GrpcServer,
  ServerInterceptingCall,
  type sendUnaryData,
  type ServerInterceptor,
  type ServerUnaryCall,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { encodeExportResponse, rpcCodes } from '@tracewell/protocols';
import type { Config } from '../config/options.ts';
import type { CredentialCheck } from '../listen/credentials.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { ownMemory } from './body.ts';
import type { ByteBudget } from './budget.ts';
import type { Receiver } from './receiver.ts';
import { encodeRefusal, refusals, toRefusal, type Refusal, type RpcStatus } from './refusal.ts';

/** What the service needs. */
export interface OtlpGrpcOptions {
  readonly config: Pick<Config, 'maxBodyBytes' | 'maxDecompressedBytes'>;
  readonly receiver: Receiver;
  readonly metrics: Metrics;
  readonly credentials: CredentialCheck;
  /** For the bytes of all exports in progress, those of HTTP included. */
  readonly budget: ByteBudget;
}

type UnaryBytes = ServerUnaryCall<Buffer, Uint8Array>;
type Callback = sendUnaryData<Uint8Array>;

/** Bytes in, bytes out. */
const service = (path: string): ServiceDefinition => ({
  Export: {
    path: `/opentelemetry.proto.collector.${path}/Export`,
    requestStream: false,
    responseStream: false,
    requestSerialize: (value: Uint8Array) => Buffer.from(value),
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: (value: Uint8Array) => Buffer.from(value.buffer, value.byteOffset, value.byteLength),
    responseDeserialize: (bytes: Buffer) => bytes,
  },
});

/** A gRPC server with the three OTLP services; it listens nowhere yet. */
export function createOtlpGrpcServer(options: OtlpGrpcOptions): GrpcServer {
  const { config } = options;
  const server = new GrpcServer({
    // Counts for the message as it arrives and again while it is decompressed.
    'grpc.max_receive_message_length': config.maxDecompressedBytes,
    'grpc-node.flow_control_window': 4 * 2 ** 20,
    // Of one connection; clients wait with more.
    'grpc.max_concurrent_streams': 64,
    interceptors: [explainStatuses(config.maxDecompressedBytes)],
  });
  server.addService(service('trace.v1.TraceService'), {
    Export: (call: UnaryBytes, callback: Callback) => {
      exportSpans(call, options).then(
        (response) => callback(null, response),
        (error: unknown) => callback(toGrpcError(toRefusal(error)))
      );
    },
  });
  for (const signal of ['metrics', 'logs'] as const) {
    const name = signal === 'metrics' ? 'metrics.v1.MetricsService' : 'logs.v1.LogsService';
    server.addService(service(name), {
      Export: (_call: UnaryBytes, callback: Callback) => callback(toGrpcError(refusals.otherSignal(signal))),
    });
  }
  return server;
}

async function exportSpans(call: UnaryBytes, options: OtlpGrpcOptions): Promise<Uint8Array> {
  const startedAt = performance.now();
  const bytes = call.request.length;
  const seconds = () => (performance.now() - startedAt) / 1000;
  // grpc-js has it in memory and decompressed before it asks.
  const mayStay = options.budget.tryReserve(bytes);
  try {
    const [authorization] = call.metadata.get('authorization');
    if (!options.credentials.allows(authorization?.toString())) {
      throw refusals.unauthenticated();
    }
    if (!mayStay) {
      throw refusals.overloaded();
    }
    const result = await options.receiver.receive(ownMemory(call.request));
    options.metrics.exported({
      protocol: 'grpc',
      status: rpcCodes.ok,
      seconds: seconds(),
      bytes,
      accepted: result.acceptedSpans,
      duplicates: result.duplicateSpans,
      rejected: result.rejectedSpans,
    });
    return encodeExportResponse({ rejectedSpans: result.rejectedSpans, message: result.message });
  } catch (error) {
    const refusal = toRefusal(error);
    options.metrics.exported({
      protocol: 'grpc',
      status: refusal.rpc.code,
      seconds: seconds(),
      bytes,
      refused: refusal.reason,
    });
    throw refusal;
  } finally {
    if (mayStay) {
      options.budget.release(bytes);
    }
  }
}

function toGrpcError(refusal: Refusal): { code: number; details: string; metadata: Metadata } {
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(encodeRefusal(refusal)));
  return { code: refusal.rpc.code, details: refusal.message, metadata };
}

/**
 * grpc-js refuses what it cannot read before any handler runs, in words of its own and with codes that
 * do not say whether the client is at fault. This puts our sentences in their place.
 */
function explainStatuses(maxMessageBytes: number): ServerInterceptor {
  return (_method, call) => {
    const send = call.sendStatus.bind(call);
    call.sendStatus = (status) => {
      const explained = explain(status.code, status.details, maxMessageBytes);
      send(explained === undefined ? status : { ...status, code: explained.code, details: explained.message });
    };
    return new ServerInterceptingCall(call);
  };
}

function explain(code: number, details: string | null | undefined, maxMessageBytes: number): RpcStatus | undefined {
  const text = details ?? '';
  if (code === rpcCodes.resourceExhausted && text.startsWith('Received message')) {
    return refusals.decompressedTooLarge(maxMessageBytes).rpc;
  }
  if (code === rpcCodes.internal && text.startsWith('Failed to decompress')) {
    return refusals.brokenCompression('gzip', 'the message could not be decompressed').rpc;
  }
  if (code === rpcCodes.unimplemented && text.startsWith('Received message compressed')) {
    return { code: rpcCodes.unimplemented, message: `${text}; use gzip, deflate or identity` };
  }
  return undefined;
}
