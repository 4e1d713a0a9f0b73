// SPDX-License-Identifier: Apache-2.0
//
// What the two OTLP listeners share: one export goes to the store and comes back as a result or a refusal.
import type { IngestResult, Store } from '@tracewell/store';
import { SERVER, type SelfTracer } from '../self-tracing/self-tracer.ts';
import type { Log } from '../telemetry/log.ts';
import type { Refusal } from './refusal.ts';
import { refusals, toRefusal } from './refusal.ts';

/** Hands exports to the store. */
export interface Receiver {
  /**
   * Stores one request; resolves when its spans are committed and synced. Takes the buffer over.
   *
   * @throws Refusal
   */
  receive(request: Uint8Array<ArrayBuffer>): Promise<IngestResult>;
  /** From now on everything is refused with "try again later". */
  stop(): void;
  /** Resolves when no export is in progress. */
  idle(): Promise<void>;
}

const nothing: IngestResult = { acceptedSpans: 0, duplicateSpans: 0, rejectedSpans: 0, message: '' };

/** @param store where spans go */
export function createReceiver(store: Pick<Store, 'ingest'>, log: Log, tracer?: SelfTracer): Receiver {
  let inProgress = 0;
  let isStopping = false;
  const waiting = new Set<() => void>();
  return {
    receive: async (request) => {
      if (isStopping) {
        throw refusals.stopping();
      }
      if (request.length === 0) {
        return nothing;
      }
      inProgress++;
      const attributes = { 'tracewell.bytes': BigInt(request.length) };
      const span = tracer?.begin('export', { name: 'export', kind: SERVER, attributes });
      try {
        const result = await store.ingest(request);
        span?.set('tracewell.spans', BigInt(result.acceptedSpans));
        span?.end();
        return result;
      } catch (error) {
        const refusal = toRefusal(error);
        span?.end(refusal.message);
        if (refusal.httpStatus >= 500) {
          logFailure(log, refusal);
        }
        throw refusal;
      } finally {
        inProgress--;
        if (inProgress === 0) {
          for (const wake of waiting) {
            wake();
          }
          waiting.clear();
        }
      }
    },
    stop: () => {
      isStopping = true;
    },
    idle: () =>
      new Promise((resolve) => {
        if (inProgress === 0) {
          resolve();
        } else {
          waiting.add(resolve);
        }
      }),
  };
}

function logFailure(log: Log, refusal: Refusal): void {
  log.error({ err: refusal.cause ?? refusal, reason: refusal.reason }, 'an export was not stored');
}
