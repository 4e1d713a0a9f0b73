// SPDX-License-Identifier: Apache-2.0
//
// Entry of the worker thread that owns DuckDB: opens the store with the options it was started with and
// answers calls. The client stands in client.ts.

import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { QueryOptions, Store, TraceResult } from './api.ts';
import { toWireError } from './rpc.ts';
import type { FromWorker, StoreMethod, ToWorker, WorkerStart } from './rpc.ts';
import { openStore } from './store.ts';

if (parentPort !== null) {
  void serveStore(parentPort, workerData as WorkerStart);
}

type Call = ToWorker & { readonly kind: 'call' };

/** Opens the store and answers calls on the port until it is closed. */
async function serveStore(port: MessagePort, { options }: WorkerStart): Promise<void> {
  const send = (message: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  let store: Store;
  try {
    store = await openStore(options, {
      log: (level, message, fields = {}) => send({ kind: 'log', level, message, fields }),
      progress: (what) => send({ kind: 'progress', what }),
    });
  } catch (error) {
    send({ kind: 'failed', error: toWireError(error) });
    port.close();
    return;
  }
  const sendResult = ({ id, method, argument }: Call, value: unknown): void => {
    if (method === 'ingest' && argument instanceof Uint8Array && argument.buffer instanceof ArrayBuffer) {
      send({ kind: 'result', id, value, spent: argument.buffer }, [argument.buffer]);
    } else {
      send({ kind: 'result', id, value }, transferable(value));
    }
  };
  const controllers = new Map<number, AbortController>();
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'cancel') {
      controllers.get(message.id)?.abort();
      return;
    }
    const controller = new AbortController();
    controllers.set(message.id, controller);
    const { id } = message;
    answer(store, message, controller.signal)
      .then(
        (value) => sendResult(message, value),
        (error: unknown) => send({ kind: 'error', id, error: toWireError(error) })
      )
      .finally(() => {
        controllers.delete(id);
        if (message.method === 'close') {
          port.close();
        }
      });
  });
  send({ kind: 'ready' });
}

async function answer(store: Store, call: Call, signal: AbortSignal): Promise<unknown> {
  const { method, argument, timeoutMs, explain } = call;
  if (isPlain(method)) {
    return store[method]();
  }
  // The client is ours and types its calls; a message has no type of its own.
  const run = store[method].bind(store) as (argument: unknown, options: QueryOptions) => Promise<unknown>;
  return run(argument, {
    signal,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(explain !== undefined && { explain }),
  });
}

type PlainMethod = 'status' | 'statistics' | 'jobs' | 'seal' | 'close';

/** Methods without an argument. */
function isPlain(method: StoreMethod): method is PlainMethod {
  return ['status', 'statistics', 'jobs', 'seal', 'close'].includes(method);
}

/** Bytes of a trace or an export are given away instead of copied. */
function transferable(value: unknown): ArrayBuffer[] {
  const bytes = (value as Partial<TraceResult> | undefined)?.bytes;
  return bytes instanceof Uint8Array && bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : [];
}
