// SPDX-License-Identifier: Apache-2.0
//
// The messages between the client and the worker that runs the store. Everything in them survives a
// structured clone; an AbortSignal does not, and travels as a later message.

import { StoreError, storeErrorCodes } from './api.ts';
import type { Store, StoreOptions } from './api.ts';
import { messageOf } from './blocks/database.ts';

export type StoreMethod = keyof Store;

/** What the worker is started with. */
export interface WorkerStart {
  readonly options: StoreOptions;
}

export type ToWorker =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly method: StoreMethod;
      readonly argument: unknown;
      readonly timeoutMs?: number;
      readonly explain?: boolean;
    }
  | { readonly kind: 'cancel'; readonly id: number };

export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly range?: { readonly start: number; readonly end: number };
  readonly stack?: string;
}

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly what: string }
  | { readonly kind: 'failed'; readonly error: WireError }
  | {
      readonly kind: 'result';
      readonly id: number;
      readonly value: unknown;
      /** Memory of the argument, given back. */
      readonly spent?: ArrayBuffer;
    }
  | { readonly kind: 'error'; readonly id: number; readonly error: WireError }
  | {
      readonly kind: 'log';
      readonly level: 'info' | 'warn' | 'error';
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>>;
    };

/** An error as plain data; what is no StoreError becomes 'internal'. */
export function toWireError(error: unknown): WireError {
  const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
  if (error instanceof StoreError) {
    const { code, message, retryable, range } = error;
    return { code, message, retryable, ...(range !== undefined && { range }), ...stack };
  }
  return { code: 'internal', message: messageOf(error), retryable: false, ...stack };
}

/** The opposite of {@link toWireError}. */
export function fromWireError({ code, message, retryable, range, stack }: WireError): StoreError {
  const known = storeErrorCodes.find((candidate) => candidate === code) ?? 'internal';
  const error = new StoreError(known, message, { retryable, ...(range !== undefined && { range }) });
  if (stack !== undefined && known === 'internal') {
    error.stack = `${error.stack ?? ''}\n  in the store's worker: ${stack}`;
  }
  return error;
}
