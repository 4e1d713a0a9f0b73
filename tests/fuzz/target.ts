// SPDX-License-Identifier: Apache-2.0
//
// What the fuzzer runs: something that takes input from outside, how to make inputs for it, and what must be true.
import { Chance } from './random.ts';

export type Input = string | Uint8Array<ArrayBuffer>;

export interface Target {
  readonly name: string;
  make(chance: Chance): Input;
  /** Throws if what happened must not happen. */
  run(input: Input): void | Promise<void>;
}

/** What must not happen did. */
export class Violation extends Error {}

/** As a file of the corpus has it. Texts may hold halves of surrogate pairs, which JSON escapes. */
export interface CorpusEntry {
  readonly target: string;
  readonly note: string;
  readonly text?: string;
  /** base64 */
  readonly bytes?: string;
}

export function toEntry(target: string, note: string, input: Input): CorpusEntry {
  return typeof input === 'string'
    ? { target, note, text: input }
    : { target, note, bytes: Buffer.from(input).toString('base64') };
}

export function inputOf({ text, bytes }: CorpusEntry): Input {
  return text ?? new Uint8Array(Buffer.from(bytes ?? '', 'base64'));
}

/** The input of a run; the same for the same numbers. */
export function inputAt(target: Target, seed: number, index: number): Input {
  return target.make(new Chance(seed, index));
}

export function asText(input: Input): string {
  return typeof input === 'string' ? input : Buffer.from(input).toString('utf8');
}

export function asBytes(input: Input): Uint8Array<ArrayBuffer> {
  return typeof input === 'string' ? new TextEncoder().encode(input) : input;
}

/** Runs something that may refuse in these ways, and in no other; undefined if it refused. */
export function refusing<T>(allowed: readonly string[], action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof Violation) {
      throw error;
    }
    const name = error instanceof Error ? error.name : typeof error;
    if (!allowed.includes(name)) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      throw new Violation(`threw ${name}: ${text}`, { cause: error });
    }
    return undefined;
  }
}
