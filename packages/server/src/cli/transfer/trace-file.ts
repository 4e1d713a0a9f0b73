// SPDX-License-Identifier: Apache-2.0
//
// A file that traces are written to, whatever its format. It gets its name when it is complete.

/** Written in order; a file that was not closed is not there. */
export interface TraceFile {
  /** Adds the spans of an OTLP TracesData message; resolves when more can be taken. */
  add(tracesData: Uint8Array): Promise<void>;
  close(): Promise<void>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}
