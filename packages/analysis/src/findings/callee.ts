// SPDX-License-Identifier: Apache-2.0
//
// What an outgoing span calls, by the attributes of OpenTelemetry's semantic conventions (and their older names).

import { findAttribute, findText, type Span } from '@tracewell/trace';

/** Systems whose own side is never traced: nobody expects a server span from a database. */
const OPAQUE_SYSTEM_KEYS = ['db.system.name', 'db.system', 'messaging.system'];

/** Whether the span calls a database or a broker. */
export function callsOpaqueSystem(span: Span): boolean {
  return OPAQUE_SYSTEM_KEYS.some((key) => findAttribute(span.attributes, key) !== undefined);
}

/** The name by which the span knows what it calls: a service, a host with a port that says something, or ''. */
export function calleeOf(span: Span): string {
  const { attributes } = span;
  const named = findText(attributes, 'peer.service') ?? findText(attributes, 'service.peer.name');
  return named ?? findText(attributes, 'server.address') ?? findText(attributes, 'net.peer.name') ?? '';
}
