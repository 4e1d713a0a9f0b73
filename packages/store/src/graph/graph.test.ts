// SPDX-License-Identifier: Apache-2.0

import { describe, expect, test } from '@jest/globals';
import { CellHistogram, cellOf } from './cells.ts';
import type { PendingRow } from './fold.ts';
import { peerOf, type PeerKey } from './peer.ts';
import { joinPending } from './read.ts';

describe('peerOf', () => {
  test.each<[Partial<Record<PeerKey, string>>, string | undefined]>([
    [{ 'db.system.name': 'postgresql' }, 'database postgresql'],
    [{ 'db.system.name': 'postgresql', 'db.namespace': 'shop' }, 'database shop'],
    [{ 'db.namespace': 'shop', 'server.address': 'pg-1' }, 'database pg-1'],
    [{ 'db.namespace': 'shop', 'server.address': 'pg-1', 'peer.service': 'main-db' }, 'database main-db'],
    [{ 'messaging.system': 'kafka', 'server.address': 'broker' }, 'messaging kafka'],
    [{ 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' }, 'messaging orders'],
    [{ 'server.address': '', 'net.peer.name': 'acquirer.example' }, 'external acquirer.example'],
    [{ 'http.host': 'acquirer.example:443' }, 'external acquirer.example:443'],
    [{}, undefined],
  ])('%j', (attributes, expected) => {
    const peer = peerOf((key) => attributes[key]);
    expect(peer && `${peer.kind} ${peer.name}`).toBe(expected);
  });
});

describe('CellHistogram', () => {
  test('estimates quantiles within a cell', () => {
    const histogram = new CellHistogram();
    for (let i = 1; i <= 1000; i++) {
      histogram.add(cellOf(i * 1_000_000), 1);
    }
    for (const q of [0.5, 0.95, 0.99]) {
      expect(Math.abs(histogram.quantile(q) / (q * 1e9) - 1)).toBeLessThan(0.19);
    }
    expect(new CellHistogram().quantile(0.5)).toBe(0);
  });

  test.each([
    [0n, 0],
    [1n, 0],
    [2n, 4],
    [1_000_000n, 79],
    [18446744073709551615n, 255],
  ])('cell of %d', (duration, cell) => {
    expect(cellOf(duration)).toBe(cell);
  });
});

describe('joinPending', () => {
  const half = (role: 'client' | 'server', service: string, changes: Partial<PendingRow> = {}): PendingRow => ({
    traceHi: 1n,
    traceLo: 2n,
    spanId: 3n,
    role,
    minute: 5,
    service,
    cell: 80,
    error: false,
    peer: '',
    peerKind: '',
    hit: true,
    ...changes,
  });
  const shown = (rows: readonly PendingRow[]): string[] =>
    joinPending(rows).map(({ client, server, kind, errors }) => `${client} -${kind}-> ${server} ${errors}`);

  test('joins halves, and calls what remains by its attributes', () => {
    const client = half('client', 'shop', { peer: 'external:cart.internal', peerKind: 'external' });
    expect(shown([half('server', 'cart', { error: true }), client])).toEqual(['shop -call-> cart 1']);
    expect(shown([client])).toEqual(['shop -external-> external:cart.internal 0']);
    expect(shown([half('client', 'shop')])).toEqual([]);
    expect(shown([half('server', 'cart')])).toEqual([]);
    expect(shown([client, half('server', 'cart', { traceLo: 9n })])).toEqual([
      'shop -external-> external:cart.internal 0',
    ]);
  });

  test('counts a call if the filter has either half', () => {
    const client = half('client', 'shop', { peer: 'external:x', peerKind: 'external', hit: false });
    expect(shown([client])).toEqual([]);
    expect(shown([client, half('server', 'cart')])).toEqual(['shop -call-> cart 0']);
    expect(shown([client, half('server', 'cart', { hit: false })])).toEqual([]);
  });
});
