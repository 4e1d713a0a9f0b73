// SPDX-License-Identifier: Apache-2.0
//
// What the commands for operating work with: the part of the process that they need, so that tests can stand in.
import type { Store, StoreHooks, StoreOptions } from '@tracewell/store';

/** A stream of the process. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** See the head of the file. */
export interface OperateContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  openStore(options: StoreOptions, hooks: StoreHooks): Promise<Store>;
  /** Resolves when the process is asked to end, with what asked. */
  untilAskedToStop(): Promise<string>;
  /** Asks whoever sits at the terminal; absent where nobody does. */
  readonly ask?: (question: string) => Promise<string>;
}
