// SPDX-License-Identifier: Apache-2.0
//
// An independent opinion on an export request: protobufjs and the official .proto say how many spans it has and what is
// in them.
import path from 'node:path';
import protobuf from 'protobufjs';
import { decodeExport, flatten, type FlatSpan } from '../support/official-otlp.ts';

const protoRoot = path.resolve('packages/protocols/testing/proto');
const files = new protobuf.Root();
files.resolvePath = (_origin, target) => path.join(protoRoot, target);
files.loadSync('opentelemetry/proto/collector/trace/v1/trace_service.proto', { keepCase: false });
const exportRequest = files.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest');

export interface Opinion {
  readonly spans: readonly FlatSpan[];
  /**
   * False if protobufjs is known to read such a message otherwise than the specification says: a message field that is
   * there several times should be merged, and protobufjs takes the last one; a text that is no UTF-8 should be
   * refused, and protobufjs mends it in ways of its own.
   */
  readonly isExact: boolean;
}

/** Undefined if protobufjs cannot decode it. */
export function opinionOn(bytes: Uint8Array): Opinion | undefined {
  try {
    return { spans: flatten(decodeExport(bytes)), isExact: isPlain(exportRequest, bytes) };
  } catch {
    return undefined;
  }
}

const strictText = new TextDecoder('utf-8', { fatal: true });

function isPlain(type: protobuf.Type, bytes: Uint8Array): boolean {
  const reader = protobuf.Reader.create(bytes);
  const seen = new Set<string>();
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const field = type.fieldsById[tag >>> 3]?.resolve();
    const wireType = tag & 7;
    if (field === undefined || wireType !== wireTypeOf(field)) {
      // A field of another wire type than its own is an unknown field; protobufjs reads it as if it were its own.
      if (field !== undefined) {
        return false;
      }
      reader.skipType(wireType);
      continue;
    }
    const group = field.partOf?.name ?? field.name;
    if (wireType !== 2) {
      if (field.partOf !== null && seen.has(group)) {
        return false;
      }
      seen.add(group);
      reader.skipType(wireType);
      continue;
    }
    const payload = reader.bytes();
    if (!field.repeated && seen.has(group)) {
      return false;
    }
    seen.add(group);
    if (field.resolvedType instanceof protobuf.Type) {
      if (!isPlain(field.resolvedType, payload)) {
        return false;
      }
    } else if (field.type === 'string' && !isText(payload)) {
      return false;
    }
  }
  return true;
}

function wireTypeOf(field: protobuf.Field): number {
  switch (field.type) {
    case 'fixed64':
    case 'sfixed64':
    case 'double':
      return 1;
    case 'fixed32':
    case 'sfixed32':
    case 'float':
      return 5;
    case 'string':
    case 'bytes':
      return 2;
    default:
      return field.resolvedType instanceof protobuf.Type ? 2 : 0;
  }
}

function isText(bytes: Uint8Array): boolean {
  try {
    strictText.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
