// SPDX-License-Identifier: Apache-2.0
//
// Where the store says what an operator should know.

/** Something worth a line in the log. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Readonly<Record<string, unknown>>
) => void;
