// SPDX-License-Identifier: Apache-2.0
//
// Assertions: what must hold unless this code has a bug. They are never used on input from outside, and
// never caught except at the edge of a process or a request.

/** Thrown when this code contradicts itself. Seeing one is always a bug report. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Throws an {@link AssertionError} that says `message` unless `condition` holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) {
    throw new AssertionError(message);
  }
}

/** Gives `value` back; throws an {@link AssertionError} when it is `undefined` or `null`. `what` names the value. */
export function assertDefined<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) {
    throw new AssertionError(`${what} should be there, found ${String(value)}`);
  }
  return value;
}

/** For the default branch of a switch over a union: the compiler complains when a member has no case. */
export function assertUnreachable(value: never): never {
  throw new AssertionError(`no case for ${JSON.stringify(value)}`);
}
