// SPDX-License-Identifier: Apache-2.0
//
// Runs the steps of a life on a store in a process of its own and on the model, side by side.

import { expect } from '@jest/globals';
import type { Span } from '@tracewell/trace';
import { setTimeout as wait } from 'node:timers/promises';
import type { IngestResult, JobRequest } from '../../api.ts';
import { requestOf, storeOptions } from '../store-fixture.ts';
import { ChildError, ChildGone } from './child-store.ts';
import type { ChildStore, StoreProcesses } from './child-store.ts';
import { compareAll, compareSearch, selectedSpans, storedSpans, tryNaiveSearch } from './compare.ts';
import { contentOf, Model } from './model.ts';
import type { DeleteChoice, Step } from './steps.ts';

const RETENTION_MS = 3_600_000;
const ATTEMPTS = 500;
const ATTEMPT_MS = 20;

/** A deletion, and what is gone afterwards. */
interface Deletion {
  readonly request: JobRequest;
  readonly spans: readonly Span[];
}

/** See the head of the file. */
export class Life {
  private readonly processes: StoreProcesses;
  private readonly folder: string;
  private readonly model = new Model();
  private store: ChildStore;
  /** When the model's time was set, by the monotonic clock. */
  private nowSince = performance.now();
  /** Which step is run, for whoever gives up waiting. */
  at = 'the start';

  constructor(processes: StoreProcesses, folder: string) {
    this.processes = processes;
    this.folder = folder;
    this.store = processes.take();
  }

  /** All steps, and a comparison of everything at the end, before and after a restart. */
  async live(steps: readonly Step[]): Promise<void> {
    await this.open();
    for (const [index, step] of steps.entries()) {
      this.at = `step ${index + 1}, ${step.kind}`;
      await this.run(step);
    }
    this.at = 'the end';
    await compareAll(this.store, this.model);
    await this.restart();
    await compareAll(this.store, this.model);
    await this.store.close();
  }

  /** Ends the process, whatever it does. */
  end(): Promise<void> {
    return this.store.kill();
  }

  private async run(step: Step): Promise<void> {
    const { model, store } = this;
    switch (step.kind) {
      case 'ingest':
        return this.send(model.toSend(step.spans, step.decoration), step.requests);
      case 'bulk':
        return this.send(model.bulkToSend(step.number, step.flavour), 3);
      case 'calls':
        return this.send(model.callsToSend(step.calls), 1);
      case 'twin':
        return this.send(model.twinToSend(step.which), 1);
      case 'retry': {
        const spans = model.retryable(step.which);
        return spans && this.send(spans, 1);
      }
      case 'seal':
        model.generation += 1;
        return store.seal();
      case 'restart':
        return this.restart();
      case 'compact':
        model.generation += 1;
        return this.runJob({ kind: 'compact' });
      case 'delete': {
        const doomed = this.toDelete(step.what);
        if (doomed !== undefined) {
          model.generation += 1;
          await this.runJob(doomed.request);
          model.delete(doomed.spans);
        }
        return;
      }
      case 'advance':
        return this.advance(step.share * RETENTION_MS);
      case 'shrink':
        return this.shrink(step);
      case 'crash':
        return this.crash(step);
      case 'fail': {
        const spans = model.toSend(step.spans, 'none');
        if (spans.some((span) => !model.holds(span))) {
          await store.failCommit(step.when);
          await this.sendUntilAccepted(spans);
        }
        return;
      }
      case 'ask':
        for (const query of step.queries) {
          await compareSearch(store, model, query);
        }
    }
  }

  private async open(): Promise<void> {
    // It goes on from where it was for the process before.
    await this.store.setClock(this.model.nowMs + (performance.now() - this.nowSince));
    await this.store.open(
      storeOptions(this.folder, {
        retention: { maxAgeMs: RETENTION_MS, maxBytes: 1e12 },
        commitDelayMs: 1,
        memoryLimitBytes: 128_000_000,
        // Blocks end when the steps say so: what the store recognises as sent before depends on it.
        maxBlockAgeMs: 1e12,
      })
    );
  }

  private async restart(): Promise<void> {
    await this.store.close();
    await this.open();
  }

  private async send(spans: readonly Span[], requests: number): Promise<void> {
    await Promise.all(
      cut(spans, requests).map(async (part) => {
        const repeated = part.filter((span) => this.model.holds(span)).length;
        const result = await this.store.ingest(requestOf(part));
        expect(result).toMatchObject({
          acceptedSpans: part.length - repeated,
          duplicateSpans: repeated,
          rejectedSpans: 0,
        });
        this.model.accept(part);
      })
    );
  }

  /** As an exporter does: again and again, as long as the store says that this helps. */
  private async sendUntilAccepted(spans: readonly Span[]): Promise<IngestResult> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        const result = await this.store.ingest(requestOf(spans));
        expect(result.acceptedSpans + result.duplicateSpans).toBe(spans.length);
        this.model.accept(spans);
        return result;
      } catch (error) {
        if (!(error instanceof ChildError && ['internal', 'overloaded'].includes(error.code))) {
          throw error;
        }
        await wait(ATTEMPT_MS);
      }
    }
    throw new Error(`the store has not taken spans for ${(ATTEMPTS * ATTEMPT_MS) / 1000} s`);
  }

  private async advance(milliseconds: number): Promise<void> {
    const { model, store } = this;
    model.generation += 1;
    await store.seal();
    model.nowMs += milliseconds;
    this.nowSince = performance.now();
    await store.setClock(model.nowMs);
    await store.retain();
    model.expire(model.nowMs - RETENTION_MS);
  }

  /** The blocks that arrived first go, no more of them than have to, and the folder is as small as it should be. */
  private async shrink({ share, blocks }: Step & { kind: 'shrink' }): Promise<void> {
    const { model } = this;
    for (const drawn of blocks) {
      await this.send(model.toSend(drawn, 'none'), 1);
      model.generation += 1;
      await this.store.seal();
    }
    if (model.twinTraces.size > 0) {
      return;
    }
    const shrunk = await this.store.shrink(share);
    const { limit, before, after, bytesBefore, bytesAfter, isMerging, lost } = shrunk;
    model.lose(new Set(lost));
    const left = new Set(after.map(({ id }) => id));
    const known = new Set(before.map(({ id }) => id));
    if (isMerging || after.some(({ id }) => !known.has(id))) {
      // Blocks were merged meanwhile: which of their spans are left is known, which blocks went is not.
      return;
    }
    const isSmall = bytesAfter <= limit || after.length === 0;
    // With all there is to know, for whoever has to find out why not.
    expect({ shrunk, isSmall }).toEqual({ shrunk, isSmall: true });
    const gone = before.filter(({ id }) => !left.has(id)).sort((a, b) => a.lastArrival - b.lastArrival);
    const youngest = gone.at(-1);
    if (youngest !== undefined) {
      const isOldest = after.every(({ lastArrival }) => lastArrival >= youngest.lastArrival);
      const withYoungest = bytesBefore - gone.reduce((sum, { bytes }) => sum + bytes, 0) + youngest.bytes;
      // A quarter is room for what is being written.
      const hadToGo = withYoungest > (limit * 3) / 4;
      expect({ shrunk, isOldest, hadToGo }).toEqual({ shrunk, isOldest: true, hadToGo: true });
    }
  }

  /** What a deletion takes; undefined if nobody can say. */
  private toDelete(what: DeleteChoice): Deletion | undefined {
    const { model } = this;
    if (what.kind === 'trace') {
      const traceId = model.traceToDelete(what.which);
      return traceId === undefined
        ? undefined
        : {
            request: { kind: 'delete', what: { traceId } },
            spans: model.spans.filter((span) => span.traceId === traceId),
          };
    }
    const { query, wholeTraces } = what;
    const matches = model.twinTraces.size > 0 ? undefined : tryNaiveSearch(query, model.spans);
    return (
      matches && {
        request: { kind: 'delete', what: { query, wholeTraces } },
        spans: selectedSpans(matches, wholeTraces),
      }
    );
  }

  private async runJob(request: JobRequest): Promise<void> {
    const status = await this.store.job(request);
    expect({ request, state: status?.state, error: status?.error }).toEqual({ request, state: 'done' });
  }

  private async crash({ during, afterMs, spans, retries, what }: Step & { kind: 'crash' }): Promise<void> {
    const { model, store } = this;
    const doomed = during === 'delete' ? this.toDelete(what) : undefined;
    const sent = during === 'ingest' ? cut(model.toSend(spans, 'none'), 4) : [];
    const unanswered: (readonly Span[])[] = [];
    const work: Promise<unknown>[] = sent.map(async (part) => {
      if (await isAnswered(store.ingest(requestOf(part)))) {
        model.accept(part);
      } else {
        unanswered.push(part);
      }
    });
    if (during === 'seal') {
      model.generation += 1;
      work.push(isAnswered(store.seal()));
    }
    if (during === 'compact' || doomed !== undefined) {
      model.generation += 1;
      work.push(isAnswered(store.job(doomed?.request ?? { kind: 'compact' })));
    }
    await wait(during === 'nothing' ? 0 : afterMs);
    await store.kill();
    await Promise.all(work);
    model.kills += 1;
    this.store = this.processes.take();
    await this.open();
    for (const part of unanswered) {
      await (retries ? this.sendUntilAccepted(part) : this.adopt(part));
    }
    if (doomed !== undefined) {
      if (retries) {
        model.generation += 1;
        await this.runJob(doomed.request);
        model.delete(doomed.spans);
      } else {
        await this.adoptDeletion(doomed.spans);
      }
    }
  }

  /** A deletion whose end nobody has seen is done as a whole, or nothing of it is. */
  private async adoptDeletion(doomed: readonly Span[]): Promise<void> {
    const stored = await this.contentsOf(doomed);
    const left = doomed.filter((span) => stored.has(contentOf(span)));
    expect([0, doomed.length]).toContain(left.length);
    if (left.length === 0) {
      this.model.delete(doomed);
    }
  }

  /** Contents of all spans that the store has in these spans' traces. */
  private async contentsOf(spans: readonly Span[]): Promise<ReadonlySet<string>> {
    const stored = new Set<string>();
    for (const traceId of new Set(spans.map((span) => span.traceId))) {
      (await storedSpans(this.store, traceId)).forEach((span) => stored.add(contentOf(span)));
    }
    return stored;
  }

  /** A request whose answer is lost is there as a whole, or nothing of it is. */
  private async adopt(spans: readonly Span[]): Promise<void> {
    const stored = await this.contentsOf(spans);
    const uncertain = spans.filter((span) => !this.model.holds(span));
    const found = uncertain.filter((span) => stored.has(contentOf(span)));
    expect([0, uncertain.length]).toContain(found.length);
    if (found.length > 0) {
      this.model.accept(spans);
    }
  }
}

async function isAnswered(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof ChildGone) {
      return false;
    }
    throw error;
  }
}

function cut<T>(items: readonly T[], parts: number): T[][] {
  const size = Math.max(1, Math.ceil(items.length / parts));
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
