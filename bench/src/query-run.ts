// SPDX-License-Identifier: Apache-2.0
//
// Asks questions the three ways that matter: cold, each time in a fresh process with the files out of the page cache;
// warm; and warm while spans come in.
import type { Generator } from './generate.ts';
import { createGenerator } from './generate.ts';
import { stream } from './ingest.ts';
import type { Peer } from './peers.ts';
import { cpuSeconds, peakMemory, quantile } from './process-cost.ts';
import type { Answer, Question } from './queries.ts';
import { askOnce, planOf } from './queries.ts';
import { createSender } from './senders.ts';
import type { RunningStore, StoreFolder } from './store-under-test.ts';

/** A question is asked for so long before it counts. */
const WARM_UP_MS = 2000;
/** Short questions are asked more often than they must: for so long, or so many times as often. */
const MEASURE_MS = 2000;
const MOST_TIMES = 10;

/** Milliseconds. */
export interface Waits {
  readonly p50: number;
  readonly p95: number;
  /** CPU time of the server for one question. */
  readonly cpu: number;
}

export interface AloneFigures {
  readonly coldP50: number;
  readonly coldSlowest: number;
  readonly coldCpu: number;
  readonly warm: Waits;
  readonly answer: Answer;
  readonly peakMemory: number;
  readonly plan: string;
}

export interface Rounds {
  readonly cold: number;
  readonly warm: number;
}

async function askWarm(
  http: string,
  pid: number,
  name: string,
  path: (round: number) => string,
  rounds: number
): Promise<{ waits: Waits; answer: Answer }> {
  // For what the first times cost: code that is not compiled yet, prepared statements, pages.
  const warmUntil = performance.now() + WARM_UP_MS;
  let answer = await askOnce(http, name, path(0));
  for (let round = 1; performance.now() < warmUntil; round += 1) {
    // Not those that count.
    answer = await askOnce(http, name, path(rounds * MOST_TIMES + round));
  }
  const before = cpuSeconds(pid);
  const waits: number[] = [];
  const measureUntil = performance.now() + MEASURE_MS;
  while (waits.length < rounds || (performance.now() < measureUntil && waits.length < rounds * MOST_TIMES)) {
    answer = await askOnce(http, name, path(waits.length + 1));
    waits.push(answer.milliseconds);
  }
  const cpu = ((cpuSeconds(pid) - before) / waits.length) * 1000;
  return { waits: { p50: quantile(waits, 0.5), p95: quantile(waits, 0.95), cpu }, answer };
}

/** One question to a store that nobody else asks or sends to. Starts and stops it. */
export async function askAlone(
  folder: StoreFolder,
  question: Question,
  rounds: Rounds,
  withPlan: boolean
): Promise<AloneFigures> {
  const cold: number[] = [];
  const cpu: number[] = [];
  for (let round = 0; ; round += 1) {
    folder.evict();
    const store = await folder.start();
    const before = cpuSeconds(store.pid);
    cold.push((await askOnce(store.http, question.name, question.path(round * 31 + 7))).milliseconds);
    cpu.push((cpuSeconds(store.pid) - before) * 1000);
    if (round + 1 < rounds.cold) {
      await store.stop();
      continue;
    }
    const { waits: warm, answer } = await askWarm(
      store.http,
      store.pid,
      question.name,
      (number) => question.path(number),
      rounds.warm
    );
    const plan = withPlan ? await planOf(store.http, question) : '';
    const memory = peakMemory(store.pid);
    await store.stop();
    return {
      coldP50: quantile(cold, 0.5),
      coldSlowest: quantile(cold, 1),
      coldCpu: quantile(cpu, 0.5),
      warm,
      answer,
      peakMemory: memory,
      plan,
    };
  }
}

export interface LoadedFigures {
  /** By the question's name. */
  readonly waits: ReadonlyMap<string, Waits>;
  /** Questions that got no answer (in time), and why. */
  readonly failures: readonly string[];
  readonly spansPerSecond: number;
  readonly peakMemory: number;
}

/** All questions to a store that takes spans at a fixed rate meanwhile. */
export async function askUnderIngest(
  store: RunningStore,
  asked: readonly Question[],
  rounds: number,
  spansPerSecond: number
): Promise<LoadedFigures> {
  const sender = createSender('http', store.otlp);
  const others: Generator = createGenerator(4711);
  const coming = stream(sender, others, spansPerSecond);
  const waits = new Map<string, Waits>();
  const failures: string[] = [];
  for (const question of asked) {
    try {
      const answered = await askWarm(store.http, store.pid, question.name, (round) => question.path(round), rounds);
      waits.set(question.name, answered.waits);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  const reached = await coming.stop();
  sender.close();
  return { waits, failures, spansPerSecond: reached, peakMemory: peakMemory(store.pid) };
}

export type PeerAnswer = { readonly waits: Waits; readonly answer: Answer } | { readonly refused: string };

/** The question in the peer's own API; undefined if it has none for it. */
export async function askPeer(peer: Peer, question: Question, rounds: number): Promise<PeerAnswer | undefined> {
  const path = question.peers[peer.api];
  if (path === undefined) {
    return undefined;
  }
  try {
    return await askWarm(peer.http, peer.pid, question.name, path, rounds);
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) };
  }
}
