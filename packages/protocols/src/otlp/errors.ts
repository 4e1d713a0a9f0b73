// SPDX-License-Identifier: Apache-2.0
//
// The two ways in which a whole request of untrusted bytes can be refused. Both are expected failures:
// they say what was expected, what was found and where, and are mapped to the protocol's own status.

/** The bytes (or the JSON) are not what they claim to be. Sending them again cannot help. */
export class MalformedRequestError extends Error {
  /** Byte offset in the request; -1 where there is none (JSON gives a path in the message). */
  readonly offset: number;
  readonly expected: string;
  readonly found: string;
  constructor(where: number | string, expected: string, found: string) {
    super(`${typeof where === 'number' ? `at byte ${where}` : `at ${where}`}: expected ${expected}, found ${found}`);
    this.name = 'MalformedRequestError';
    this.offset = typeof where === 'number' ? where : -1;
    this.expected = expected;
    this.found = found;
  }
}

/** The request is larger than a configured limit allows. Sending less at a time helps. */
export class LimitError extends Error {
  readonly limit: string;
  readonly maximum: number;
  readonly actual: number;
  constructor(limit: string, maximum: number, actual: number, message: string) {
    super(message);
    this.name = 'LimitError';
    this.limit = limit;
    this.maximum = maximum;
    this.actual = actual;
  }
}
