// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import type { JobResult, JobStatus } from '../api.ts';
import { JobRegistry, MAX_WAITING_JOBS } from './job-registry.ts';

const result: JobResult = { blocks: 1, spans: 2, notes: [] };
const noLog = (): void => undefined;

/** A registry whose jobs end when they are told to, or are cancelled. */
function controlled(): { registry: JobRegistry; ends: ((error?: Error) => void)[] } {
  const ends: ((error?: Error) => void)[] = [];
  const registry = new JobRegistry(
    (_request, control) =>
      new Promise((resolve, reject) => {
        control.report('block 1 of 2', 5, 10);
        control.signal.addEventListener('abort', () => reject(new Error('stopped')));
        ends.push((error) => (error === undefined ? resolve(result) : reject(error)));
      }),
    noLog
  );
  return { registry, ends };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const stateOf = (registry: JobRegistry, { id }: JobStatus): string | undefined => registry.get(id)?.state;

test('one job runs, the others wait in order', async () => {
  const { registry, ends } = controlled();
  const first = registry.start({ kind: 'verify' });
  const second = registry.start({ kind: 'compact' });
  await settled();
  expect(registry.get(first.id)).toMatchObject({ state: 'running', what: 'block 1 of 2', done: 5, total: 10 });
  expect(stateOf(registry, second)).toBe('waiting');
  expect(registry.load).toEqual({ running: 1, waiting: 1 });
  ends[0]?.();
  await settled();
  expect(registry.get(first.id)).toMatchObject({ state: 'done', result });
  expect(stateOf(registry, second)).toBe('running');
  expect(registry.list().map(({ id }) => id)).toEqual([second.id, first.id]);
  ends[1]?.(new Error('the disk is gone'));
  await settled();
  expect(registry.get(second.id)).toMatchObject({
    state: 'failed',
    error: { code: 'internal', message: 'the disk is gone' },
  });
});

test('what waits is cancelled at once, what runs when its work has stopped', async () => {
  const { registry } = controlled();
  const first = registry.start({ kind: 'verify' });
  const second = registry.start({ kind: 'verify' });
  await settled();
  expect(registry.cancel(second.id)?.state).toBe('cancelled');
  expect(registry.cancel(first.id)?.state).toBe('running');
  await settled();
  expect(stateOf(registry, first)).toBe('cancelled');
  expect(registry.cancel('77')).toBeUndefined();
  expect(registry.counters).toMatchObject({ cancelled: 2, done: 0, failed: 0 });
});

test('the queue is bounded, and closing ends everything', async () => {
  const { registry } = controlled();
  for (let i = 0; i <= MAX_WAITING_JOBS; i++) {
    registry.start({ kind: 'verify' });
  }
  expect(() => registry.start({ kind: 'verify' })).toThrow('16 jobs wait already');
  await registry.close();
  expect(new Set(registry.list().map(({ state }) => state))).toEqual(new Set(['cancelled']));
  expect(() => registry.start({ kind: 'verify' })).toThrow('closed');
});

test('the last fifty are remembered', async () => {
  const registry = new JobRegistry(() => Promise.resolve(result), noLog);
  for (let i = 0; i < 60; i++) {
    registry.start({ kind: 'verify' });
    await settled();
  }
  expect(registry.list()).toHaveLength(50);
  expect(registry.get('1')).toBeUndefined();
  expect(registry.get('60')?.state).toBe('done');
});
