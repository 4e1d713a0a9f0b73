// SPDX-License-Identifier: Apache-2.0
//
// Looking things up in attribute lists. Lists keep duplicates as they were sent; the first one counts.

import type { Attribute, AttributeValue, Span } from './model.ts';

/** Shown where a resource has no `service.name`; the name that the OpenTelemetry specification gives it. */
export const UNKNOWN_SERVICE = 'unknown_service';

/** The value of the first attribute with this key; `undefined` when there is none (`null` is a sent, empty value). */
export function findAttribute(attributes: readonly Attribute[], key: string): AttributeValue | undefined {
  for (const attribute of attributes) {
    if (attribute.key === key) {
      return attribute.value;
    }
  }
  return undefined;
}

/** As {@link findAttribute}, but only a string that is not empty counts. */
export function findText(attributes: readonly Attribute[], key: string): string | undefined {
  const value = findAttribute(attributes, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `service.name` of the span's resource, or '' when none was sent (or something that is not text). */
export function serviceNameOf(span: Span): string {
  return findText(span.resource.attributes, 'service.name') ?? '';
}
