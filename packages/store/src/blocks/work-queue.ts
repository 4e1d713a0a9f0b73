// SPDX-License-Identifier: Apache-2.0
//
// The background work of a block set, one piece at a time: blocks that are full are sealed before anything else, because
// ingest makes more of them; merging and jobs take what is left, piece by piece.

export type WorkKind = 'seal' | 'rewrite';

interface Piece {
  readonly run: () => Promise<void>;
}

/** See the head of the file. */
export class WorkQueue {
  private readonly waiting: Readonly<Record<WorkKind, Piece[]>> = { seal: [], rewrite: [] };
  private running: WorkKind | undefined;
  private loop: Promise<void> | undefined;
  private sealed: (() => void)[] = [];

  /** Pieces of a kind that wait or run. */
  count(kind: WorkKind): number {
    return this.waiting[kind].length + (this.running === kind ? 1 : 0);
  }

  /** Does the work when its turn comes, and resolves or rejects as it does. */
  add<T>(kind: WorkKind, work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.waiting[kind].push({ run: () => work().then(resolve, reject) });
      this.loop ??= this.run();
    });
  }

  /** Resolves when no block waits to be sealed. */
  settled(): Promise<void> {
    return this.count('seal') === 0 ? Promise.resolve() : new Promise((resolve) => this.sealed.push(resolve));
  }

  /** Resolves when nothing waits or runs. */
  async idle(): Promise<void> {
    while (this.loop !== undefined) {
      await this.loop;
    }
  }

  private async run(): Promise<void> {
    // Whoever adds several pieces in a row has them all in the queue before the first is chosen.
    await Promise.resolve();
    for (;;) {
      const kind: WorkKind = this.waiting.seal.length > 0 ? 'seal' : 'rewrite';
      const piece = this.waiting[kind].shift();
      if (piece === undefined) {
        break;
      }
      this.running = kind;
      await piece.run();
      this.running = undefined;
      if (this.count('seal') === 0) {
        this.sealed.splice(0).forEach((resolve) => resolve());
      }
    }
    this.loop = undefined;
  }
}
