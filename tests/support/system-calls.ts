// SPDX-License-Identifier: Apache-2.0
//
// A process's system calls as strace writes them, in the order in which they began and ended. Calls of several threads
// overlap: one that strace shows as unfinished ends where it is resumed.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One call. `begin` and `end` are lines of the trace: what ended before another began, happened before it. */
export interface SystemCall {
  readonly name: string;
  /** What the first argument's descriptor is: a path, or `TCP:[here->there]`; '' if it is none. */
  readonly on: string;
  /** Texts among the arguments: paths, and the bytes that were written or read. */
  readonly texts: readonly Buffer[];
  readonly begin: number;
  readonly end: number;
}

const callStart = /^(\d+) +(\w+)\((.*)$/;
const resumedCall = /^(\d+) +<\.\.\. (\w+) resumed>(.*)$/;

/** Runs `action` while strace watches the process and all its threads; returns their calls of these names. */
export async function systemCallsOf(
  pid: number,
  names: readonly string[],
  file: string,
  action: () => Promise<void>
): Promise<SystemCall[]> {
  const options = ['-f', '-yy', '-xx', '-s', '100000', '-o', file, '-e', `trace=${names.join(',')}`];
  const strace = spawn('strace', [...options, '-p', String(pid)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    strace.once('error', reject);
    strace.once('exit', () => reject(new Error(`strace ended: ${said}`)));
    strace.stderr.on('data', (text: Buffer) => {
      said += text.toString();
      if (said.includes('attached')) {
        resolve();
      }
    });
  });
  try {
    await action();
  } finally {
    await new Promise((resolve) => {
      strace.once('exit', resolve);
      strace.kill('SIGINT');
    });
  }
  return parseCalls(readFileSync(file, 'utf8'));
}

function parseCalls(trace: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const unfinished = new Map<string, { readonly text: string; readonly begin: number }>();
  trace.split('\n').forEach((line, index) => {
    const resumed = resumedCall.exec(line);
    if (resumed !== null) {
      const [, thread = '', name = '', rest = ''] = resumed;
      const first = unfinished.get(thread);
      unfinished.delete(thread);
      calls.push(toCall(name, `${first?.text ?? ''}${rest}`, first?.begin ?? index, index));
      return;
    }
    const [, thread = '', name = '', rest = ''] = callStart.exec(line) ?? [];
    if (name !== '' && rest.endsWith('<unfinished ...>')) {
      unfinished.set(thread, { text: rest, begin: index });
    } else if (name !== '') {
      calls.push(toCall(name, rest, index, index));
    }
  });
  return calls.sort((a, b) => a.begin - b.begin);
}

function toCall(name: string, text: string, begin: number, end: number): SystemCall {
  // Descriptors are shown as 17<what>; what holds no quotes, and -xx writes paths in it as they are or as \x2f\x74...
  const on = /^\d+<((?:[^<>]|->)*)>/.exec(text)?.[1] ?? '';
  const texts = [...text.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = '']) => fromHex(hex));
  return { name, on: on.includes('\\x') ? fromHex(on).toString() : on, texts, begin, end };
}

function fromHex(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex');
}
