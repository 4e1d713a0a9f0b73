// SPDX-License-Identifier: Apache-2.0
//
// The store on a real folder: what was acknowledged is there, once, whatever happens in between.

import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { decodeSpans } from '@tracewell/protocols';
import type { Span } from '@tracewell/trace';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from './api.ts';
import { FORMAT_VERSION } from './schema/tables.ts';
import { openStore } from './store.ts';
import { countSpans } from './testing/read-data.ts';
import { makeSpan, requestOf, storeOptions } from './testing/store-fixture.ts';
import { TemporaryStores } from './testing/temporary-stores.ts';

// Whole stores, on machines that may have other work.
jest.setTimeout(120_000);

const stores = new TemporaryStores();

afterEach(() => stores.end());

async function traceOf(store: Store, trace: number): Promise<Span[]> {
  const traceId = trace.toString(16).padStart(32, '0');
  const result = await store.trace({ traceId, maxBytes: 100_000_000 });
  const spans = result === undefined ? [] : decodeSpans(result.bytes);
  return spans.sort((a, b) => (a.spanId < b.spanId ? -1 : 1));
}

function numbers(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

function spansOf(trace: number, count: number): Span[] {
  return numbers(1, count).map((id) => makeSpan(trace, id));
}

async function states(store: Store): Promise<string[]> {
  const { blocks } = await store.status();
  return blocks.filter(({ spans }) => spans > 0).map(({ state }) => state);
}

/** Spans that use everything a block keeps apart from columns. */
function oddSpans(trace: number): Span[] {
  const long = 'a value that is longer than twelve bytes';
  return [
    makeSpan(trace, 1, {
      attributes: [
        { key: 'http.route', value: '' },
        { key: 'http.route', value: 'a second value of a key that has a column' },
        { key: 'http.response.status_code', value: 'text where an int has the column' },
        { key: 'server.port', value: -(2n ** 63n) },
        { key: 'list', value: [1n, 'two', [true, null]] },
        { key: 'map', value: { entries: [{ key: 'inner', value: { entries: [] } }] } },
        { key: 'bytes', value: new Uint8Array([0, 255, 10]) },
        { key: 'double', value: -0.5 },
        { key: 'empty', value: null },
        { key: 'no', value: false },
        { key: '', value: 'empty key' },
        { key: 'url.full', value: 'https://example.com/\u{1f600}\u00e4' },
      ],
      traceState: 'a=b',
      flags: 0x301,
      droppedAttributesCount: 3,
      droppedEventsCount: 4,
      droppedLinksCount: 5,
      statusMessage: long,
      kind: 77,
      statusCode: 1,
      events: [
        {
          timeUnixNano: 2n ** 64n - 1n,
          name: 'exception',
          attributes: [{ key: 'exception.message', value: long }],
          droppedAttributesCount: 1,
        },
        { timeUnixNano: 1n, name: '', attributes: [], droppedAttributesCount: 0 },
      ],
      links: [
        {
          traceId: 'ff'.repeat(16),
          spanId: 'ee'.repeat(8),
          traceState: 'x=y',
          attributes: [{ key: 'link.key', value: 1n }],
          droppedAttributesCount: 0,
          flags: 1,
        },
      ],
      resource: {
        attributes: [
          { key: 'service.name', value: 'odd' },
          { key: 'pid', value: 4n },
        ],
        droppedAttributesCount: 2,
        schemaUrl: 'https://example.com/schema',
      },
      scope: {
        name: '',
        version: '',
        attributes: [{ key: 's', value: 1.5 }],
        droppedAttributesCount: 0,
        schemaUrl: 'u',
      },
    }),
    makeSpan(trace, 2, { kind: -3, statusCode: 1000, statusMessage: 'both', attributes: [], name: '' }),
    makeSpan(trace, 3, { startUnixNano: 2n ** 64n - 1n, endUnixNano: 0n, name: 'exactly 12 b' }),
    makeSpan(trace, 4, { startUnixNano: 0n, endUnixNano: 1n, name: 'n'.repeat(70_000) }),
  ];
}

describe('ingest', () => {
  test('gives back what was sent, before and after sealing and after a restart', async () => {
    const folder = stores.newFolder();
    let store = await stores.open(folder);
    const spans = [...spansOf(7, 30), ...spansOf(8, 3)];
    expect(await store.ingest(requestOf(spans))).toEqual({
      acceptedSpans: 33,
      duplicateSpans: 0,
      rejectedSpans: 0,
      message: '',
    });
    const odd = oddSpans(9);
    await store.ingest(requestOf(odd));
    for (const step of ['open', 'replayed', 'sealed', 'restarted']) {
      if (step === 'replayed' || step === 'restarted') {
        await store.close();
        store = await stores.open(folder);
      }
      if (step === 'sealed') {
        await store.seal();
      }
      expect(await states(store)).toEqual([step === 'open' || step === 'replayed' ? 'open' : 'sealed']);
      expect(await traceOf(store, 7)).toEqual(spansOf(7, 30));
      expect(await traceOf(store, 9)).toEqual(odd);
      expect(await traceOf(store, 10)).toEqual([]);
      expect((await store.status()).spans).toBe(37);
    }
    expect(stores.errors).toEqual([]);
  });

  test('recognises a span that was sent before, in the same request, before a restart and in the sealed block', async () => {
    const folder = stores.newFolder();
    let store = await stores.open(folder);
    const spans = spansOf(1, 50);
    const twice = await store.ingest(requestOf([...spans, ...spans.slice(0, 5)]));
    expect(twice).toMatchObject({ acceptedSpans: 50, duplicateSpans: 5, rejectedSpans: 0 });
    const [again, more] = await Promise.all([
      store.ingest(requestOf(spans)),
      store.ingest(requestOf([...spans.slice(10), ...spansOf(2, 5)])),
    ]);
    expect([again.duplicateSpans, more.duplicateSpans, more.acceptedSpans]).toEqual([50, 40, 5]);
    await store.close();
    store = await stores.open(folder);
    expect((await store.ingest(requestOf(spans))).duplicateSpans).toBe(50);
    await store.seal();
    expect((await store.ingest(requestOf(spans))).duplicateSpans).toBe(50);
    // The same ids with another content are another span: Zipkin's client and server share an id.
    const changed = spans.map((span) => ({ ...span, kind: 3 }));
    expect((await store.ingest(requestOf(changed))).acceptedSpans).toBe(50);
    await store.close();
    expect((await countSpans(folder)).get('1/7')).toBe(2);
  });

  test('refuses a broken request and keeps the others of the same commit', async () => {
    const folder = stores.newFolder();
    const store = await stores.open(folder, { commitDelayMs: 50 });
    const good = requestOf(spansOf(1, 20));
    const broken = requestOf(spansOf(2, 20)).slice(0, -7);
    const results = await Promise.allSettled([
      store.ingest(good),
      store.ingest(broken),
      store.ingest(requestOf(spansOf(3, 20))),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { code: 'malformed', retryable: false } });
    expect((await traceOf(store, 1)).length).toBe(20);
    expect(await traceOf(store, 2)).toEqual([]);
    expect((await traceOf(store, 3)).length).toBe(20);
    // What the broken request had got into the set of seen spans is out of it again.
    expect(await store.ingest(requestOf(spansOf(2, 20)))).toMatchObject({ acceptedSpans: 20, duplicateSpans: 0 });
    expect((await traceOf(store, 2)).length).toBe(20);
  });

  test('rejects single bad spans with a reason', async () => {
    const store = await stores.open(stores.newFolder(), {
      limits: { maxSpansPerRequest: 10, maxAttributeBytes: 50, maxSpanBytes: 100_000 },
    });
    const large = makeSpan(1, 2, { attributes: [{ key: 'large', value: 'x'.repeat(51) }] });
    const result = await store.ingest(requestOf([makeSpan(1, 1), large]));
    expect(result).toMatchObject({ acceptedSpans: 1, rejectedSpans: 1 });
    expect(result.message).toMatch(/"large" has 51 bytes/);
    await expect(store.ingest(requestOf(spansOf(2, 11)))).rejects.toMatchObject({ code: 'limit' });
  });

  test('asks to come again when too many spans wait, and when the disk is nearly full', async () => {
    const store = await stores.open(stores.newFolder(), {
      maxPendingSpans: 100,
      commitSpans: 1000,
      commitDelayMs: 100,
    });
    const first = store.ingest(requestOf(spansOf(1, 101)));
    await expect(store.ingest(requestOf(spansOf(2, 1)))).rejects.toMatchObject({ code: 'overloaded', retryable: true });
    expect((await first).acceptedSpans).toBe(101);
    expect((await store.ingest(requestOf(spansOf(2, 1)))).acceptedSpans).toBe(1);
    const full = await stores.open(stores.newFolder(), { minFreeDiskBytes: 2 ** 60 });
    await expect(full.ingest(requestOf(spansOf(1, 1)))).rejects.toMatchObject({ code: 'disk-full' });
  });

  test('takes nothing more when blocks that cannot be sealed fill half of what may be stored', async () => {
    const folder = stores.newFolder();
    const maxBytes = 8_000_000;
    const store = await stores.open(
      folder,
      { maxBlockSpans: 500, retention: { maxAgeMs: 3_600_000, maxBytes } },
      {
        reach: () => {
          throw new Error('it cannot be sealed, as the test wants');
        },
      }
    );
    const long = { key: 'long', value: 'a'.repeat(1500) };
    const send = (trace: number): Promise<unknown> =>
      store.ingest(requestOf(numbers(1, 500).map((id) => makeSpan(trace, id, { attributes: [long] }))));
    let taken = 0;
    let status = await store.status();
    while (status.health.canIngest && taken < 20) {
      taken += 1;
      await send(taken);
      status = await store.status();
    }
    expect(taken).toBeGreaterThan(2);
    expect(status.health).toMatchObject({
      state: 'behind',
      reason: expect.stringMatching(
        /^blocks that are not sealed take \d\.\d+ MB, more than half of what may be stored$/
      ),
    });
    await expect(send(taken + 1)).rejects.toMatchObject({ code: 'overloaded', retryable: true });
    const files = readdirSync(join(folder, 'single-tenant')).map((name) => join(folder, 'single-tenant', name));
    expect(files.reduce((sum, file) => sum + statSync(file).size, 0)).toBeLessThan(maxBytes);
    expect(status.spans).toBe(taken * 500);
  });

  test('moves to the next block when one is full, without losing or doubling a span', async () => {
    const folder = stores.newFolder();
    const store = await stores.open(folder, { maxBlockSpans: 5000, commitSpans: 500 });
    const requests = numbers(1, 120).map((trace) => requestOf(spansOf(trace, 100)));
    let accepted = 0;
    for (let from = 0; from < requests.length; from += 10) {
      const results = await Promise.all(requests.slice(from, from + 10).map((request) => store.ingest(request)));
      accepted += results.reduce((sum, { acceptedSpans }) => sum + acceptedSpans, 0);
    }
    expect(accepted).toBe(12_000);
    await store.seal();
    const { blocks, spans } = await store.status();
    expect(spans).toBe(12_000);
    expect(blocks.filter(({ state }) => state === 'sealed').length).toBeGreaterThanOrEqual(2);
    expect(await traceOf(store, 60)).toEqual(spansOf(60, 100));
    await store.close();
    const counts = await countSpans(folder);
    expect(counts.size).toBe(12_000);
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
  });

  test('gives attributes a column that were frequent in the block before', async () => {
    const folder = stores.newFolder();
    const store = await stores.open(folder);
    const spans = numbers(1, 1500).map((id) => makeSpan(1, id));
    await store.ingest(requestOf(spans));
    await store.seal();
    await store.ingest(requestOf(spansOf(2, 10)));
    expect(await traceOf(store, 2)).toEqual(spansOf(2, 10));
    await store.seal();
    expect(await traceOf(store, 2)).toEqual(spansOf(2, 10));
    expect(await traceOf(store, 1)).toEqual(spans);
  });

  test('leaves the first block early, once, when its spans show that other columns are needed', async () => {
    const store = await stores.open(stores.newFolder(), { commitSpans: 1000 });
    const send = async (from: number, count: number): Promise<void> => {
      for (const trace of numbers(from, count)) {
        await store.ingest(requestOf(spansOf(trace, 1000)));
      }
    };
    await send(1, 19);
    expect(await states(store)).toHaveLength(1);
    await send(20, 23);
    expect(await states(store)).toHaveLength(2);
    await store.seal();
    expect((await store.status()).spans).toBe(42_000);
    expect(await traceOf(store, 1)).toEqual(spansOf(1, 1000));
    expect(await traceOf(store, 42)).toEqual(spansOf(42, 1000));
  });
});

describe('retention', () => {
  test('deletes the oldest sealed blocks beyond the size, with their files', async () => {
    const folder = stores.newFolder();
    const store = await stores.open(folder, { retention: { maxAgeMs: 1e12, maxBytes: 1 } });
    await store.ingest(requestOf(spansOf(1, 100)));
    await store.seal();
    expect((await store.status()).spans).toBe(0);
    expect(await traceOf(store, 1)).toEqual([]);
    await store.close();
    expect(readdirSync(join(folder, 'single-tenant')).filter((name) => name.startsWith('block-'))).toEqual([]);
  });
});

describe('the data folder', () => {
  test('is refused to a second store, with the pid of the first', async () => {
    const folder = stores.newFolder();
    const store = await stores.open(folder);
    const second = openStore(storeOptions(folder));
    await expect(second).rejects.toMatchObject({ code: 'locked' });
    await expect(second).rejects.toThrow(String(process.pid));
    await store.close();
    await stores.open(folder);
  });

  test('is taken over when the owner is gone', async () => {
    const folder = stores.newFolder();
    // No process has this pid: Linux allows 2^22 at most.
    writeFileSync(join(folder, 'LOCK'), '{"pid":4194305,"start":""}\n');
    await stores.open(folder);
    expect(readFileSync(join(folder, 'LOCK'), 'utf8')).toContain(String(process.pid));
  });

  test('is refused if its format is newer, by name', async () => {
    const folder = stores.newFolder();
    writeFileSync(join(folder, 'FORMAT'), `tracewell ${FORMAT_VERSION + 1}\n`);
    const opening = openStore(storeOptions(folder));
    await expect(opening).rejects.toMatchObject({ code: 'newer-format' });
    await expect(opening).rejects.toThrow(`format ${FORMAT_VERSION + 1}`);
    expect(existsSync(join(folder, 'LOCK'))).toBe(false);
  });

  test('that cannot be made is named with the reason', async () => {
    const folder = stores.newFolder();
    writeFileSync(join(folder, 'file'), '');
    const opening = openStore(storeOptions(join(folder, 'file', 'data')));
    await expect(opening).rejects.toMatchObject({ code: 'unreadable' });
    await expect(opening).rejects.toThrow(/ENOTDIR/);
  });

  test('with broken blocks opens without them, and keeps them aside', async () => {
    const folder = stores.newFolder();
    let store = await stores.open(folder);
    for (const trace of [1, 2]) {
      await store.ingest(requestOf(spansOf(trace, 100)));
      await store.seal();
    }
    await store.close();
    const tenant = join(folder, 'single-tenant');
    const [first] = readdirSync(tenant).filter((name) => /^block-.*duckdb$/.test(name));
    const path = join(tenant, first ?? '');
    truncateSync(path, Math.floor(statSync(path).size / 3));
    writeFileSync(join(tenant, 'open-17.duckdb'), 'not a database at all, but long enough'.repeat(1000));
    store = await stores.open(folder);
    expect(await traceOf(store, 2)).toEqual(spansOf(2, 100));
    expect(await traceOf(store, 1)).toEqual([]);
    expect(
      readdirSync(join(tenant, 'broken'))
        .filter((name) => name.endsWith('.duckdb'))
        .sort()
    ).toEqual([first, 'open-17.duckdb'].sort());
    expect(stores.log.filter((line) => line.includes('is damaged and is set aside'))).toHaveLength(2);
    await store.ingest(requestOf(spansOf(3, 1)));
  });

  test('recovers from a seal that was interrupted before the manifest and before the old file went', async () => {
    const folder = stores.newFolder();
    const tenant = join(folder, 'single-tenant');
    let store = await stores.open(folder);
    await store.ingest(requestOf(spansOf(1, 100)));
    const { blocks } = await store.status();
    const id = blocks[0]?.id ?? '';
    await store.close();
    mkdirSync(tenant, { recursive: true });
    writeFileSync(join(tenant, `block-${id}.duckdb`), 'half of a block');
    store = await stores.open(folder);
    expect(await states(store)).toEqual(['open']);
    await store.seal();
    expect(await traceOf(store, 1)).toEqual(spansOf(1, 100));
    await store.close();
    writeFileSync(join(tenant, `open-${id}.duckdb`), 'the open file that was not deleted yet');
    store = await stores.open(folder);
    expect(await states(store)).toEqual(['sealed']);
    expect(existsSync(join(tenant, `open-${id}.duckdb`))).toBe(false);
    await store.close();
    // A block that no manifest names and that has no open twin is not thrown away.
    await rm(join(tenant, 'manifest.json'));
    store = await stores.open(folder);
    expect(await traceOf(store, 1)).toEqual(spansOf(1, 100));
  });
});
