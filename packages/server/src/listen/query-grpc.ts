// SPDX-License-Identifier: Apache-2.0
//
// The gRPC side of the query port. Grafana dials `tempopb.StreamingQuerier` there if a data source has
// streaming switched on; until that service is built, each of its methods says how to do without.
import { Server as GrpcServer, status, type ServerWritableStream, type ServiceDefinition } from '@grpc/grpc-js';

const methods = [
  'Search',
  'SearchTags',
  'SearchTagsV2',
  'SearchTagValues',
  'SearchTagValuesV2',
  'MetricsQueryRange',
  'MetricsQueryInstant',
];

const sentence =
  'Tracewell does not stream query results over gRPC yet; switch streaming off in the data source, the same queries work over HTTP';

/** A gRPC server for the query port; connections are handed to it. */
export function createQueryGrpcServer(): GrpcServer {
  const server = new GrpcServer();
  const definition: ServiceDefinition = Object.fromEntries(
    methods.map((name) => [
      name,
      {
        path: `/tempopb.StreamingQuerier/${name}`,
        requestStream: false,
        responseStream: true,
        requestSerialize: (value: Uint8Array) => Buffer.from(value),
        requestDeserialize: (bytes: Buffer) => bytes,
        responseSerialize: (value: Uint8Array) => Buffer.from(value),
        responseDeserialize: (bytes: Buffer) => bytes,
      },
    ])
  );
  const refuse = (call: ServerWritableStream<Buffer, Uint8Array>) => {
    call.emit('error', { code: status.UNIMPLEMENTED, details: sentence });
  };
  server.addService(definition, Object.fromEntries(methods.map((name) => [name, refuse])));
  return server;
}
