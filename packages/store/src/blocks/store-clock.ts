// SPDX-License-Identifier: Apache-2.0
//
// What time it is, for a store whose wall clock may be set while it runs or between two runs. Three readings: when spans
// arrive (never too early, so that nothing is deleted too early), a steady time that goes on while the wall clock jumps
// (for ids and for what is remembered for minutes), and the time that retention goes by. It outlives a set of blocks,
// and the last time that retention believed in is kept in a file: blocks that arrived while the clock was ahead say nothing.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_HOLD_MS, RetentionClock, TOLERANCE_MS } from './retention.ts';

/** Name of the file: milliseconds since 1970 as text. Not synced; if it is missing the newest arrival has to do. */
const CLOCK_FILE = 'clock';
const SAVE_MS = 10_000;

/** A wall clock and a monotonic one, both in milliseconds. */
export interface ClockSource {
  wall(): number;
  monotonic(): number;
}

const systemClock: ClockSource = { wall: () => Date.now(), monotonic: () => performance.now() };

/** See the head of the file. All times are milliseconds since 1970. */
export class StoreClock {
  private readonly maxAgeMs: number;
  private readonly source: ClockSource;
  private readonly file: string;
  private steadyMs: number;
  private monotonicMs: number;
  private setSince: number | undefined;
  /** Since when, by the monotonic clock, the wall clock has not been set. */
  private calmSince: number;
  private believed: RetentionClock | undefined;
  private lastKnown: number | undefined;
  /** The time that was kept by the run before this one; undefined if it was not. */
  readonly beforeStart: number | undefined;
  private savedAt = -Infinity;

  private constructor(folder: string, maxAgeMs: number, lastKnown: number | undefined, source: ClockSource) {
    this.file = join(folder, CLOCK_FILE);
    this.maxAgeMs = maxAgeMs;
    this.lastKnown = lastKnown;
    this.beforeStart = lastKnown;
    this.source = source;
    this.steadyMs = source.wall();
    this.monotonicMs = source.monotonic();
    this.calmSince = this.monotonicMs;
  }

  /** `folder` is the tenant's, `maxAgeMs` what retention keeps. */
  static async open(folder: string, maxAgeMs: number, source = systemClock): Promise<StoreClock> {
    const text = await readFile(join(folder, CLOCK_FILE), 'utf8').catch(() => '');
    return new StoreClock(folder, maxAgeMs, /^\d{1,15}\n$/.test(text) ? Number(text) : undefined, source);
  }

  /** Goes on with time when the wall clock is set, forward or back, until that has lasted for an hour. */
  steady(): number {
    const monotonic = this.source.monotonic();
    const wall = this.source.wall();
    const expected = this.steadyMs + (monotonic - this.monotonicMs);
    this.monotonicMs = monotonic;
    const isSet = Math.abs(wall - expected) > TOLERANCE_MS;
    this.setSince = isSet ? (this.setSince ?? monotonic) : undefined;
    const isHeld = this.setSince !== undefined && monotonic - this.setSince < MAX_HOLD_MS;
    if (isHeld) {
      this.calmSince = monotonic;
    } else {
      this.setSince = undefined;
    }
    this.steadyMs = isHeld ? expected : wall;
    return this.steadyMs;
  }

  /** When what arrives now has arrived: not earlier than it has, whichever of the clocks is wrong. */
  arrival(): number {
    return Math.max(this.source.wall(), Math.floor(this.steady()));
  }

  /** The time by which ages are judged, see {@link RetentionClock}; `newestArrival` is undefined in an empty folder. */
  retention(newestArrival: number | undefined): number {
    const [wall, monotonic] = [this.source.wall(), this.source.monotonic()];
    this.believed ??= new RetentionClock(this.maxAgeMs, this.lastKnown ?? newestArrival, wall, monotonic);
    this.lastKnown = this.believed.now(wall, monotonic);
    return this.lastKnown;
  }

  /**
   * Of blocks that arrived while the clock was far ahead: lets their age begin now, once the clock has gone well for an
   * hour. Else they would stay until the time that was wrong.
   */
  settle(blocks: readonly { lastArrival: number }[]): void {
    const now = Math.floor(this.steady());
    if (this.monotonicMs - this.calmSince >= MAX_HOLD_MS) {
      for (const block of blocks) {
        if (block.lastArrival > now + this.maxAgeMs) {
          block.lastArrival = now;
        }
      }
    }
  }

  /** Keeps for the next start what retention believes, every ten seconds. Without a right to write it is not kept. */
  async save(isLast = false): Promise<void> {
    const monotonic = this.source.monotonic();
    if (this.lastKnown !== undefined && (isLast || monotonic - this.savedAt >= SAVE_MS)) {
      this.savedAt = monotonic;
      await writeFile(this.file, `${Math.max(0, Math.floor(this.lastKnown))}\n`).catch(() => undefined);
    }
  }
}
