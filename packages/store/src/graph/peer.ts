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

const databaseKeys: readonly PeerKey[] = ['db.namespace', 'db.name', 'db.system.name', 'db.system'];
const destinationKeys: readonly PeerKey[] = ['messaging.destination.name', 'messaging.destination', 'messaging.system'];
const addressKeys: readonly PeerKey[] = ['peer.service', 'server.address', 'net.peer.name', 'network.peer.address'];

/** The peer that the attributes name; undefined if they name none. Empty texts count as absent. */
export function peerOf(attribute: (key: PeerKey) => string | undefined): Peer | undefined {
  const first = (keys: readonly PeerKey[]): string | undefined => {
    for (const key of keys) {
      const value = attribute(key);
      if (value !== undefined && value !== '') {
        return value;
      }
    }
    return undefined;
  };
  const database = first(databaseKeys);
  if (database !== undefined) {
    return { kind: 'database', name: first(addressKeys) ?? database };
  }
  const destination = first(destinationKeys);
  if (destination !== undefined) {
    return { kind: 'messaging', name: destination };
  }
  const name = first([...addressKeys, 'http.host']);
  return name === undefined ? undefined : { kind: 'external', name };
}

/** {@link peerOf} in SQL: the kind and the node's id, NULL where the columns name no peer. */
export function peerSql(column: (key: PeerKey) => string | undefined): {
  readonly kind: string;
  readonly node: string;
} {
  const first = (keys: readonly PeerKey[]): string => {
    const columns = keys.flatMap((key) => column(key) ?? []).map((name) => `nullif(${name}, '')`);
    return columns.length === 0 ? 'NULL::VARCHAR' : `coalesce(${columns.join(', ')})`;
  };
  const database = first(databaseKeys);
  const destination = first(destinationKeys);
  const external = first([...addressKeys, 'http.host']);
  const choose = (ofDatabase: string, ofDestination: string, ofExternal: string): string =>
    `(CASE WHEN ${database} IS NOT NULL THEN ${ofDatabase} WHEN ${destination} IS NOT NULL THEN ${ofDestination}
      WHEN ${external} IS NOT NULL THEN ${ofExternal} END)`;
  return {
    kind: choose("'database'", "'messaging'", "'external'"),
    node: choose(
      `'database:' || coalesce(${first(addressKeys)}, ${database})`,
      `'messaging:' || ${destination}`,
      `'external:' || ${external}`
    ),
  };
}

/** A node's id: the name, with the kind in front for what is not an instrumented service. */
export function nodeId(kind: string, name: string): string {
  return kind === 'service' ? name : `${kind}:${name}`;
}
