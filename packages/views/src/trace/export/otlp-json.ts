// SPDX-License-Identifier: Apache-2.0
//
// A trace as OTLP JSON (`TracesData`), as a Collector or this store takes it: ids in hex, 64-bit integers as strings,
// bytes in base64. Spans are grouped by resource and scope as they share the objects. Numbers that JSON does not know are written as
// protobuf's JSON mapping says ("NaN", "Infinity").

import type { Attribute, AttributeValue, KeyValueList, Resource, Scope, Span, Trace } from '@tracewell/trace';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

function isList(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value);
}

function isKeyValueList(value: AttributeValue): value is KeyValueList {
  return typeof value === 'object' && value !== null && 'entries' in value && !isList(value);
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** OTLP's AnyValue. */
export function toAnyValue(value: AttributeValue): Json {
  if (value === null) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint') return { intValue: value.toString() };
  if (typeof value === 'number') return { doubleValue: Number.isFinite(value) ? value : String(value) };
  if (value instanceof Uint8Array) return { bytesValue: toBase64(value) };
  if (isKeyValueList(value)) return { kvlistValue: { values: toKeyValues(value.entries) ?? [] } };
  return { arrayValue: { values: value.map(toAnyValue) } };
}

function toKeyValues(attributes: readonly Attribute[]): Json[] | undefined {
  if (attributes.length === 0) return undefined;
  return attributes.map(({ key, value }) => ({ key, value: toAnyValue(value) }));
}

function orLeftOut<T extends string | number>(value: T): T | undefined {
  return value === '' || value === 0 ? undefined : value;
}

/** One span; fields that have their default value are left out. */
export function toOtlpSpan(span: Span): Json {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    traceState: orLeftOut(span.traceState),
    parentSpanId: orLeftOut(span.parentSpanId),
    flags: orLeftOut(span.flags),
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: span.startUnixNano.toString(),
    endTimeUnixNano: span.endUnixNano.toString(),
    attributes: toKeyValues(span.attributes),
    droppedAttributesCount: orLeftOut(span.droppedAttributesCount),
    events:
      span.events.length === 0
        ? undefined
        : span.events.map((event) => ({
            timeUnixNano: event.timeUnixNano.toString(),
            name: event.name,
            attributes: toKeyValues(event.attributes),
            droppedAttributesCount: orLeftOut(event.droppedAttributesCount),
          })),
    droppedEventsCount: orLeftOut(span.droppedEventsCount),
    links:
      span.links.length === 0
        ? undefined
        : span.links.map((link) => ({
            traceId: link.traceId,
            spanId: link.spanId,
            traceState: orLeftOut(link.traceState),
            attributes: toKeyValues(link.attributes),
            droppedAttributesCount: orLeftOut(link.droppedAttributesCount),
            flags: orLeftOut(link.flags),
          })),
    droppedLinksCount: orLeftOut(span.droppedLinksCount),
    status:
      span.statusCode === 0 && span.statusMessage === ''
        ? undefined
        : { message: orLeftOut(span.statusMessage), code: orLeftOut(span.statusCode) },
  };
}

/** A resource without its schema URL, which OTLP puts beside it. */
export function toOtlpResource(resource: Resource): Json {
  return {
    attributes: toKeyValues(resource.attributes),
    droppedAttributesCount: orLeftOut(resource.droppedAttributesCount),
  };
}

/** A scope without its schema URL. */
export function toOtlpScope(scope: Scope): Json {
  return {
    name: orLeftOut(scope.name),
    version: orLeftOut(scope.version),
    attributes: toKeyValues(scope.attributes),
    droppedAttributesCount: orLeftOut(scope.droppedAttributesCount),
  };
}

/** The whole trace. */
export function toOtlpJson(trace: Trace): Json {
  const byResource = new Map<Resource, Map<Scope, Json[]>>();
  for (let index = 0; index < trace.length; index++) {
    const span = trace.spanAt(index);
    let scopes = byResource.get(span.resource);
    if (scopes === undefined) byResource.set(span.resource, (scopes = new Map<Scope, Json[]>()));
    const spans = scopes.get(span.scope);
    if (spans === undefined) scopes.set(span.scope, [toOtlpSpan(span)]);
    else spans.push(toOtlpSpan(span));
  }
  return {
    resourceSpans: Array.from(byResource, ([resource, scopes]) => ({
      resource: toOtlpResource(resource),
      scopeSpans: Array.from(scopes, ([scope, spans]) => ({
        scope: toOtlpScope(scope),
        spans,
        schemaUrl: orLeftOut(scope.schemaUrl),
      })),
      schemaUrl: orLeftOut(resource.schemaUrl),
    })),
  };
}
