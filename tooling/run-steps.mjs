// SPDX-License-Identifier: Apache-2.0
//
// Runs commands one after the other and says at the end which of them failed and how to mend it.
import { spawnSync } from 'node:child_process';

/**
 * @param {readonly { name: string, command: string, args: readonly string[], fix?: string }[]} steps
 * @returns {boolean} whether all went well; later steps run even if an earlier one failed
 */
export function runSteps(steps) {
  const failed = [];
  for (const step of steps) {
    const start = performance.now();
    process.stdout.write(`\n== ${step.name}\n`);
    const { status } = spawnSync(step.command, step.args, { stdio: 'inherit' });
    process.stdout.write(
      `== ${step.name}: ${status === 0 ? 'ok' : 'FAILED'} in ${((performance.now() - start) / 1000).toFixed(1)} s\n`
    );
    if (status !== 0) {
      failed.push(step);
    }
  }
  for (const step of failed) {
    process.stdout.write(
      `${step.name} failed${step.fix === undefined ? '' : `; to mend what can be mended: ${step.fix}`}\n`
    );
  }
  return failed.length === 0;
}
