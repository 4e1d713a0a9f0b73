// SPDX-License-Identifier: Apache-2.0
//
// A process that fills the store of a folder until it is killed, and prints the number of each trace after its
// acknowledgement. Traces are sent several at a time, some of them twice.

import { setTimeout } from 'node:timers/promises';
import { StoreError } from '../api.ts';
import { openStore } from '../store.ts';
import { makeSpan, requestOf, storeOptions } from './store-fixture.ts';

const SPANS = 40;
const [folder = '', firstText = '0'] = process.argv.slice(2);
const store = await openStore(storeOptions(folder, { maxBlockSpans: 3000, commitSpans: 200, commitDelayMs: 2 }));

/** As a client does: its blocks are so small that sealing may not follow, and then it is told to come again. */
async function ingest(request: Uint8Array<ArrayBuffer>): Promise<void> {
  for (;;) {
    try {
      await store.ingest(request);
      return;
    } catch (error) {
      if (!(error instanceof StoreError && error.retryable)) {
        throw error;
      }
      await setTimeout(20);
    }
  }
}

async function send(trace: number): Promise<void> {
  const spans = Array.from({ length: SPANS }, (_, i) => makeSpan(trace, i + 1));
  await ingest(requestOf(spans));
  if (trace % 5 === 0) {
    await ingest(requestOf(spans));
  }
  process.stdout.write(`${trace}\n`);
}

for (let trace = Number(firstText); ; trace += 8) {
  await Promise.all(Array.from({ length: 8 }, (_, i) => send(trace + i)));
}
