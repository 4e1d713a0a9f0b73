// SPDX-License-Identifier: Apache-2.0
//
// The official OTLP messages, read from the .proto files beside this one by protobufjs: what our own codec is
// held to, because a round trip through one codec proves little.

import { join } from 'node:path';

import { Root, type Type } from 'protobufjs';

const protoFolder = join(__dirname, 'proto');

const root = new Root();
root.resolvePath = (_origin, target) => join(protoFolder, target);
root.loadSync('opentelemetry/proto/collector/trace/v1/trace_service.proto', { keepCase: false });

export const ExportTraceServiceRequest: Type = root.lookupType(
  'opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest'
);
export const ExportTraceServiceResponse: Type = root.lookupType(
  'opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse'
);
export const TracesData: Type = root.lookupType('opentelemetry.proto.trace.v1.TracesData');
export const OfficialSpan: Type = root.lookupType('opentelemetry.proto.trace.v1.Span');

export interface PlainRequest {
  resourceSpans: PlainResourceSpans[];
}
export interface PlainResourceSpans {
  resource?: object;
  schemaUrl?: string;
  scopeSpans: { scope?: object; schemaUrl?: string; spans: object[] }[];
}

/** Encodes a plain object as the named message. */
export function encodeOfficial(type: Type, message: object): Uint8Array<ArrayBuffer> {
  return new Uint8Array(type.encode(type.fromObject(message)).finish());
}

/** Decodes to a plain object: 64-bit numbers as text, bytes as base64, enums as numbers. */
export function decodeOfficial(type: Type, bytes: Uint8Array): Record<string, unknown> {
  return type.toObject(type.decode(bytes), { longs: String, bytes: String, enums: Number, defaults: false });
}
