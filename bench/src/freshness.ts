// SPDX-License-Identifier: Apache-2.0
//
// How long after its acknowledgement a span is found, by its id and by TraceQL, while others come in.
import { createGenerator } from './generate.ts';
import { stream } from './ingest.ts';
import { quantile } from './process-cost.ts';
import { createSender } from './senders.ts';
import type { RunningStore } from './store-under-test.ts';

/** Milliseconds from the acknowledgement on, the slowest. */
export interface Freshness {
  readonly byId: number;
  readonly bySearch: number;
  /** What came in meanwhile. */
  readonly spansPerSecond: number;
}

const giveUpMs = 5_000;

/** Sends `rounds` requests one after the other beside a full load of others, and looks for a trace of each. */
export async function measureFreshness(store: RunningStore, rounds: number): Promise<Freshness> {
  const sender = createSender('http', store.otlp);
  const probes = createSender('http', store.otlp);
  const load = stream(sender, createGenerator(98), 0);
  const generator = createGenerator(99);
  const byId: number[] = [];
  const bySearch: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await probes.send(generator.request(round, BigInt(Date.now()) * 1_000_000n));
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
  const spansPerSecond = await load.stop();
  sender.close();
  probes.close();
  return { byId: quantile(byId, 1), bySearch: quantile(bySearch, 1), spansPerSecond };
}

async function until(found: () => Promise<boolean>): Promise<void> {
  const begin = performance.now();
  while (!(await found())) {
    if (performance.now() - begin > giveUpMs) {
      throw new Error(`not found ${String(giveUpMs)} ms after the acknowledgement`);
    }
  }
}
