// SPDX-License-Identifier: Apache-2.0
//
// What the store does by itself, as spans: it says in its log what it has done and how long that took.
import type { StoreHooks } from '@tracewell/store';
import type { AttributeValue } from '@tracewell/trace';
import { INTERNAL, now, type SelfTracer } from './self-tracer.ts';

type StoreLog = NonNullable<StoreHooks['log']>;

const names: ReadonlyMap<string, string> = new Map([
  ['sealed a block', 'seal'],
  ['merged blocks', 'merge'],
  ['a job has ended', 'job'],
]);

/** Records an event of the store's log, if it is one that took time. */
export function recordUpkeep(tracer: SelfTracer, ...[, message, fields = {}]: Parameters<StoreLog>): void {
  const name = names.get(message);
  const { ms, kind, error } = fields;
  if (name === undefined || typeof ms !== 'number') {
    return;
  }
  const attributes: Record<string, AttributeValue> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (typeof value === 'string' || typeof value === 'boolean') {
      attributes[`tracewell.${key}`] = value;
    } else if (typeof value === 'number') {
      attributes[`tracewell.${key}`] = BigInt(Math.round(value));
    }
  }
  const end = now();
  const start = { name: typeof kind === 'string' ? `${name} ${kind}` : name, kind: INTERNAL, attributes };
  tracer
    .begin('upkeep', start, undefined, end - BigInt(Math.round(ms)) * 1_000_000n)
    ?.end(typeof error === 'string' ? error : undefined);
}
