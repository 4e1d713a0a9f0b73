// SPDX-License-Identifier: Apache-2.0
//
// Attributes by what they are about, after OpenTelemetry's semantic conventions, so that a reader finds the statement or
// the status code without reading forty keys. The first rule that fits counts; what fits none is "Other".

import type { Attribute } from '@tracewell/trace';

export interface AttributeGroup {
  readonly title: string;
  readonly attributes: readonly Attribute[];
}

const rules: readonly { readonly title: string; readonly prefixes: readonly string[] }[] = [
  { title: 'Exception', prefixes: ['exception.', 'error.'] },
  { title: 'HTTP', prefixes: ['http.', 'url.', 'user_agent.'] },
  { title: 'Database', prefixes: ['db.'] },
  { title: 'Messaging', prefixes: ['messaging.'] },
  { title: 'RPC', prefixes: ['rpc.', 'grpc.'] },
  { title: 'GenAI', prefixes: ['gen_ai.'] },
  { title: 'Function and cloud', prefixes: ['faas.', 'cloud.', 'aws.', 'gcp.', 'azure.'] },
  { title: 'Feature flags', prefixes: ['feature_flag.'] },
  {
    title: 'Server and network',
    prefixes: ['server.', 'client.', 'network.', 'net.', 'peer.', 'source.', 'destination.', 'tls.', 'dns.'],
  },
  { title: 'Code and thread', prefixes: ['code.', 'thread.', 'process.'] },
  { title: 'User and session', prefixes: ['user.', 'enduser.', 'session.'] },
];

const other = 'Other';

function titleFor(key: string): string {
  return rules.find((rule) => rule.prefixes.some((prefix) => key.startsWith(prefix)))?.title ?? other;
}

/** The groups that are not empty, in the order of importance; within a group the order as sent. */
export function groupAttributes(attributes: readonly Attribute[]): AttributeGroup[] {
  const groups = new Map<string, Attribute[]>();
  for (const attribute of attributes) {
    const title = titleFor(attribute.key);
    const group = groups.get(title);
    if (group === undefined) groups.set(title, [attribute]);
    else group.push(attribute);
  }
  return [...rules.map((rule) => rule.title), other].flatMap((title) => {
    const found = groups.get(title);
    return found === undefined ? [] : [{ title, attributes: found }];
  });
}
