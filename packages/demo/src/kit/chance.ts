// SPDX-License-Identifier: Apache-2.0
//
// Randomness and waiting: real systems are neither even nor instant.

import { setTimeout as sleep } from 'node:timers/promises';

/** Waits about `medianMs`, with the long tail that latencies have: p95 is near 2 times the median, p99 near 2.5. */
export async function work(medianMs: number): Promise<void> {
  await sleep(medianMs * spread());
}

/** A log-normal factor around 1. */
function spread(): number {
  const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  return Math.exp(0.4 * normal);
}

/** True once in `n` times on average. */
export function oneIn(n: number): boolean {
  return Math.random() * n < 1;
}

/** An integer from `least` to `most`, both included. */
export function integer(least: number, most: number): number {
  return least + Math.floor(Math.random() * (most - least + 1));
}

/** The same number from 0 to `n - 1` for the same text, each time and everywhere. */
export function stableNumber(text: string, n: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash % n;
}
