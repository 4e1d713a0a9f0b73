// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreClock } from './store-clock.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;
const NOW = Date.UTC(2026, 5, 1);

let folder: string;
let wall = NOW;
let monotonic = 0;
const source = { wall: () => wall, monotonic: () => monotonic };

/** Time goes on, by both clocks. */
function pass(ms: number): void {
  wall += ms;
  monotonic += ms;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tracewell-clock-'));
  wall = NOW;
  monotonic = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = () => StoreClock.open(folder, 7 * DAY, source);

describe('the steady time', () => {
  test.each([
    ['forward by years', 10 * YEAR],
    ['back by hours', -5 * HOUR],
  ])('goes on when the clock is set %s, for an hour', async (_name, jump) => {
    const clock = await open();
    pass(1000);
    wall += jump;
    expect(clock.steady()).toBe(NOW + 1000);
    pass(HOUR - 1);
    expect(clock.steady()).toBe(NOW + HOUR + 999);
    pass(1);
    expect(clock.steady()).toBe(NOW + jump + HOUR + 1000);
  });

  test('follows corrections of seconds', async () => {
    const clock = await open();
    pass(1000);
    wall -= 20_000;
    expect(clock.steady()).toBe(NOW - 19_000);
  });
});

test('spans do not arrive earlier than they do, whichever clock is wrong', async () => {
  const clock = await open();
  wall -= 5 * HOUR;
  expect(clock.arrival()).toBe(NOW);
  wall = NOW + YEAR;
  expect(clock.arrival()).toBe(NOW + YEAR);
});

describe('the time of retention', () => {
  test('after a restart while the clock is ahead is the one from before, whatever has arrived meanwhile', async () => {
    const clock = await open();
    clock.retention(NOW);
    pass(20_000);
    wall += YEAR;
    expect(clock.retention(wall)).toBe(NOW + 20_000);
    await clock.save(true);
    pass(5000);
    const next = await open();
    expect(next.retention(wall)).toBe(NOW + 20_000);
  });

  test('without the file is the one of the newest arrival', async () => {
    const clock = await open();
    expect(clock.retention(NOW - 3 * DAY)).toBe(NOW - 3 * DAY);
  });
});

test('blocks of a wrong time begin their age when the clock has gone well for an hour, and not those of hours ahead', async () => {
  const clock = await open();
  const blocks = [{ lastArrival: NOW + YEAR }, { lastArrival: NOW + 5 * HOUR }];
  clock.settle(blocks);
  pass(HOUR - 1);
  clock.settle(blocks);
  expect(blocks[0]?.lastArrival).toBe(NOW + YEAR);
  pass(1);
  clock.settle(blocks);
  expect(blocks.map(({ lastArrival }) => lastArrival)).toEqual([NOW + HOUR, NOW + 5 * HOUR]);
});
