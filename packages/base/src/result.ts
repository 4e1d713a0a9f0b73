// SPDX-License-Identifier: Apache-2.0
//
// The outcome of something that may fail for a reason the caller is expected to handle.

/** Either a value or an error; `ok` tells which. */
export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export function success<T>(value: T): Result<T, never> {
  return { ok: true, value };
}

export function failure<E>(error: E): Result<never, E> {
  return { ok: false, error };
}
