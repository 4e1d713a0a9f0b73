// SPDX-License-Identifier: Apache-2.0
//
// What an uninstrumented callee is called: the node at the other end of a client, producer or consumer span,
// told from the span's attributes. Names are chosen as Tempo's service graphs do: peer.service, then
// the address, then the name of the database.

/** Attribute keys that say who the peer is. All are looked at as text. */
export const peerKeys = [
  'peer.service',
  'db.system.name',
  'db.system',
  'db.namespace',
  'db.name',
  'messaging.system',
  'messaging.destination.name',
  'messaging.destination',
  'server.address',
  'net.peer.name',
  'network.peer.address',
  'http.host',
] as const;
export type PeerKey = (typeof peerKeys)[number];

/** Keys that make a span's peer a database or a messaging destination, whatever else it has. */
export const decisiveKeys: readonly PeerKey[] = [
  'db.system.name',
  'db.system',
  'db.namespace',
  'db.name',
  'messaging.system',
  'messaging.destination.name',
  'messaging.destination',
];

export interface Peer {
  readonly kind: 'database' | 'messaging' | 'external';
  readonly name: string;
}

/** The peer that the attributes name; undefined if they name none. Empty texts count as absent. */
export function peerOf(attribute: (key: PeerKey) => string | undefined): Peer | undefined {
  const first = (...keys: readonly PeerKey[]): string | undefined => {
    for (const key of keys) {
      const value = attribute(key);
      if (value !== undefined && value !== '') {
        return value;
      }
    }
    return undefined;
  };
  const address = (): string | undefined =>
    first('peer.service', 'server.address', 'net.peer.name', 'network.peer.address');
  const database = first('db.namespace', 'db.name', 'db.system.name', 'db.system');
  if (database !== undefined) {
    return { kind: 'database', name: address() ?? database };
  }
  const destination = first('messaging.destination.name', 'messaging.destination', 'messaging.system');
  if (destination !== undefined) {
    return { kind: 'messaging', name: destination };
  }
  const name = address() ?? first('http.host');
  return name === undefined ? undefined : { kind: 'external', name };
}

/** A node's id: the name, with the kind in front for what is not an instrumented service. */
export function nodeId(kind: string, name: string): string {
  return kind === 'service' ? name : `${kind}:${name}`;
}
