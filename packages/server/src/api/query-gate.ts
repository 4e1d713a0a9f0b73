// SPDX-License-Identifier: Apache-2.0
//
// Bounds how many queries run at once, over all ways of asking. What comes on top waits in the order of arrival, and
// beyond a number of those is asked to come again: five hundred dashboards that open at once then take their turns
// instead of all the memory. There are two lanes, so that opening a trace or completing an attribute does not wait
// behind a wall of graphs. Ingest does not pass here.
import { StoreError, type QueryOptions, type Store } from '@tracewell/store';
import type { Metrics, QueryLoad } from '../telemetry/metrics.ts';
import { withQueries } from './with-queries.ts';

/** For each lane. */
export interface QueryGateLimits {
  /** Queries that run. */
  readonly running: number;
  /** Queries that wait for one of those to end. */
  readonly waiting: number;
}

/** The same store, with its queries let in a few at a time. `watch` is given where to ask how busy the lanes are. */
export function limitQueries(store: Store, limits: QueryGateLimits, watch?: Metrics['watchQueries']): Store {
  const quick = new Lane(limits);
  const long = new Lane(limits);
  watch?.('quick', () => quick.load);
  watch?.('long', () => long.load);
  return withQueries(store, {
    trace: (request, options) => quick.run(options, (rest) => store.trace(request, rest)),
    tagNames: (request, options) => quick.run(options, (rest) => store.tagNames(request, rest)),
    tagValues: (request, options) => quick.run(options, (rest) => store.tagValues(request, rest)),
    search: (request, options) => long.run(options, (rest) => store.search(request, rest)),
    red: (request, options) => long.run(options, (rest) => store.red(request, rest)),
    metrics: (request, options) => long.run(options, (rest) => store.metrics(request, rest)),
    serviceGraph: (request, options) => long.run(options, (rest) => store.serviceGraph(request, rest)),
  });
}

interface Waiter {
  readonly enter: () => void;
}

class Lane {
  private readonly limits: QueryGateLimits;
  private readonly waiters = new Set<Waiter>();
  private running = 0;
  private refused = 0;

  get load(): QueryLoad {
    return { running: this.running, waiting: this.waiters.size, refused: this.refused };
  }

  constructor(limits: QueryGateLimits) {
    this.limits = limits;
  }

  /** Runs `query` when it is its turn. The time it waited counts against its time limit. */
  async run<T>(options: QueryOptions | undefined, query: (options: QueryOptions) => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    await this.enter(options ?? {});
    try {
      const { timeoutMs, ...rest } = options ?? {};
      return await query(
        timeoutMs === undefined
          ? rest
          : { ...rest, timeoutMs: Math.max(1, timeoutMs - (performance.now() - startedAt)) }
      );
    } finally {
      this.leave();
    }
  }

  private enter({ signal, timeoutMs }: QueryOptions): Promise<void> {
    const { running, waiting } = this.limits;
    if (this.running < running) {
      this.running++;
      return Promise.resolve();
    }
    if (this.waiters.size >= waiting) {
      this.refused++;
      return Promise.reject(
        new StoreError(
          'overloaded',
          `too many queries at once: ${running} run and ${waiting} wait (--max-queries, --max-waiting-queries); try again`,
          { retryable: true }
        )
      );
    }
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.waiters.delete(waiter);
      };
      const onAbort = (): void => {
        settle();
        reject(new StoreError('cancelled', 'the query was cancelled while it waited for others'));
      };
      const waiter: Waiter = {
        enter: () => {
          settle();
          resolve();
        },
      };
      if (signal?.aborted === true) {
        onAbort();
        return;
      }
      if (timeoutMs !== undefined) {
        timer = setTimeout(() => {
          settle();
          reject(
            new StoreError(
              'timeout',
              `the query waited ${Math.round(timeoutMs)} ms for others and was not begun (--query-timeout)`,
              { retryable: true }
            )
          );
        }, timeoutMs);
      }
      signal?.addEventListener('abort', onAbort);
      this.waiters.add(waiter);
    });
  }

  /** Gives the place to who has waited longest. */
  private leave(): void {
    const [next] = this.waiters;
    if (next === undefined) {
      this.running--;
    } else {
      next.enter();
    }
  }
}
