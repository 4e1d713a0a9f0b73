// SPDX-License-Identifier: Apache-2.0
//
// What a caught value says about itself. Not by `instanceof Error`, which fails for errors of another realm
// (Node's own, in tests).

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown && typeof thrown.message === 'string'
    ? thrown.message
    : String(thrown);
}

/** Node's code of an error (`EADDRINUSE`), or ''. */
export function codeOf(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : '';
}
