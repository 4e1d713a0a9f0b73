// SPDX-License-Identifier: Apache-2.0
//
// Programs that a script starts and ends together. Each runs in a process group of its own, so that it is ended here, in
// order and as a whole, and not by the terminal; a second Ctrl-C kills them. The order is the reverse of starting: what
// sends ends before what it sends to.
import { spawn } from 'node:child_process';

/** Longest wait for a group to end by itself before it is killed. */
const END_MS = 12_000;

/** Exit code of what a signal has ended before its time, as shells have it. */
export const INTERRUPTED = 130;

/** A child in a process group of its own. */
class Group {
  constructor(name, command, args, options) {
    this.name = name;
    this.child = spawn(command, args, { detached: true, ...options });
    /** The exit code; 1 if the program could not be started. */
    this.ended = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
      this.child.once('error', () => resolve(1));
    });
  }

  signal(name) {
    if (this.child.pid === undefined) {
      return;
    }
    try {
      process.kill(-this.child.pid, name);
    } catch {
      // The group is gone already.
    }
  }

  /** Asks the group to end, and kills what does not. */
  async end() {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), END_MS);
    await this.ended;
    clearTimeout(timer);
    // Grandchildren that outlived their parent.
    this.signal('SIGKILL');
  }
}

/** The programs of one script, which ends them all when it is asked to end itself. */
export class Programs {
  #groups = [];
  #isEnding = false;
  #atEnd = [];

  get isEnding() {
    return this.#isEnding;
  }

  /** @param {import('node:child_process').SpawnOptions} options */
  start(name, command, args, options = {}) {
    const group = new Group(name, command, args, options);
    this.#groups.push(group);
    return group;
  }

  /** Something to do after all programs have ended. */
  atEnd(action) {
    this.#atEnd.push(action);
  }

  /** Ends everything, the last started first, and then this process. */
  async endAll(exitCode) {
    if (this.#isEnding) {
      return;
    }
    this.#isEnding = true;
    for (const group of [...this.#groups].reverse()) {
      await group.end();
    }
    for (const action of this.#atEnd) {
      await action();
    }
    process.exit(exitCode);
  }

  /**
   * Ends everything on Ctrl-C, on a signal, and when npm's shell has gone.
   *
   * @param {number} [exitCode] of this process then: 0 for what is meant to run until then
   */
  watchForTheEnd(exitCode = 0) {
    const stop = () => {
      if (this.#isEnding) {
        for (const group of this.#groups) {
          group.signal('SIGKILL');
        }
        process.exit(INTERRUPTED);
      }
      process.stdout.write('\nStopping ...\n');
      void this.endAll(exitCode);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    process.on('SIGHUP', stop);
    // The shell between npm and this process may die of a signal without handing it on.
    const parent = process.ppid;
    if (process.env.npm_lifecycle_event !== undefined) {
      setInterval(() => {
        if (process.ppid !== parent && !this.#isEnding) {
          void this.endAll(exitCode);
        }
      }, 500).unref();
    }
  }
}
