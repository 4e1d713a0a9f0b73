// SPDX-License-Identifier: Apache-2.0
//
// What the main thread and the instances say to each other. Everything can be cloned.

import type { FaultName } from './faults.ts';
import type { Directory, InstanceSpec } from './topology.ts';

/** An instance's `workerData`. */
export interface InstanceSettings {
  readonly spec: InstanceSpec;
  readonly otlpEndpoint: string;
  readonly rate: number;
  readonly faults: readonly FaultName[];
  /** See `kit/clock.ts`. */
  readonly clockOffset: bigint;
}

/** A message of the `orders` queue. */
export interface QueueMessage {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** One served request, for the histograms. */
export interface Observation {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
  readonly traceId: string;
  readonly spanId: string;
}

export interface LogRecord {
  readonly timeUnixMilli: number;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

export type ToInstance =
  | { readonly kind: 'start'; readonly directory: Directory }
  | { readonly kind: 'faults'; readonly active: readonly FaultName[] }
  | { readonly kind: 'deliver'; readonly message: QueueMessage }
  | { readonly kind: 'stop' };

export type FromInstance =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'report'; readonly observations: readonly Observation[]; readonly logs: readonly LogRecord[] }
  | { readonly kind: 'publish'; readonly message: QueueMessage }
  | { readonly kind: 'stopped' };
