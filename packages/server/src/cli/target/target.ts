// SPDX-License-Identifier: Apache-2.0
//
// The store that a command works on: one that runs, over HTTP, or a folder at rest. Both answer the same.
import type { AdminJobJson, AdminJobRequestJson, AdminStatsJson } from '@tracewell/protocols';

/** Something that a person at a terminal is told in one line; the command ends with exit code 1. */
export class CommandError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CommandError';
  }
}

/** Nanoseconds since 1970; half-open. */
export interface Range {
  readonly start?: bigint;
  readonly end?: bigint;
}

/** An export under way. */
export interface ExportSource {
  /** Spans that can come at most. */
  readonly spans: number;
  /** OTLP TracesData messages; to be read to the end, or left by `return`. */
  readonly messages: AsyncIterable<Uint8Array>;
}

/** What became of imported spans. */
export interface Ingested {
  readonly rejectedSpans: number;
  /** Why; or a warning about accepted ones. '' if there is nothing to say. */
  readonly message: string;
}

/** All methods reject with {@link CommandError} for what can be expected to go wrong. */
export interface StoreTarget {
  /** Its address or folder, for messages. */
  readonly name: string;
  stats(): Promise<AdminStatsJson>;
  /** Spans in the spansets of a search, and their traces. */
  count(query: string, range: Range): Promise<{ readonly traces: number; readonly spans: number }>;
  startJob(request: AdminJobRequestJson): Promise<AdminJobJson>;
  job(id: string): Promise<AdminJobJson>;
  cancelJob(id: string): Promise<AdminJobJson>;
  openExport(query: string, range: Range): Promise<ExportSource>;
  /** One OTLP export request in protobuf; asks again while the store is busy. Rejects when `signal` fires. */
  ingest(request: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Ingested>;
  close(): Promise<void>;
}
