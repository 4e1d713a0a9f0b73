// SPDX-License-Identifier: Apache-2.0
//
// How long after its acknowledgement a span is found, by its id and by TraceQL.
import { createGenerator, spansPerRequest } from './generate.ts';
import { quantile } from './process-cost.ts';
import type { RunningStore } from './store-under-test.ts';

export interface Freshness {
  readonly byId: number;
  readonly bySearch: number;
  readonly spans: number;
}

const giveUpMs = 5_000;

/** Sends `rounds` requests one after the other; the greatest waits in milliseconds, from the acknowledgement on. */
export async function measureFreshness(store: RunningStore, rounds: number): Promise<Freshness> {
  const generator = createGenerator(99);
  const byId: number[] = [];
  const bySearch: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const body = generator.request(round, BigInt(Date.now()) * 1_000_000n);
    const response = await fetch(`${store.otlpHttp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body,
    });
    await response.arrayBuffer();
    const acknowledged = performance.now();
    const id = generator.traceId(round, 0);
    await until(async () => (await fetch(`${store.http}/api/v2/traces/${id}`)).ok);
    byId.push(performance.now() - acknowledged);
    const now = Math.floor(Date.now() / 1000);
    const query = `q=${encodeURIComponent(`{ trace:id = "${id}" }`)}&start=${String(now - 600)}&end=${String(now + 600)}`;
    const searched = performance.now();
    await until(async () => {
      const answer = (await (await fetch(`${store.http}/api/search?${query}`)).json()) as { traces: unknown[] };
      return answer.traces.length === 1;
    });
    bySearch.push(performance.now() - searched);
  }
  return { byId: quantile(byId, 1), bySearch: quantile(bySearch, 1), spans: rounds * spansPerRequest };
}

async function until(found: () => Promise<boolean>): Promise<void> {
  const begin = performance.now();
  while (!(await found())) {
    if (performance.now() - begin > giveUpMs) {
      throw new Error(`not found ${String(giveUpMs)} ms after the acknowledgement`);
    }
  }
}
