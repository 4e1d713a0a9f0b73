// SPDX-License-Identifier: Apache-2.0
//
// `tracewell serve` as a process of its own, on ports that the system chooses, started as a user starts it.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';

// From the root, where npm runs all tests: some of them are CommonJS and some are not.
const launcher = path.resolve('packages/server/bin/tracewell.js');

export interface TracewellProcess {
  readonly pid: number;
  /** Addresses with scheme and port, without a slash at the end. */
  readonly http: string;
  readonly otlpHttp: string;
  readonly otlpGrpc: string;
  /** What it wrote so far, both streams. */
  output(): string;
  /** Asks it to end and waits; returns the exit code. */
  stop(): Promise<number | null>;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
}

export interface StartOptions {
  /** A command that runs the rest of its arguments as a command, in another namespace say. */
  readonly within?: readonly string[];
  /** Flags of Node. */
  readonly nodeFlags?: readonly string[];
  /** Told the process id as soon as there is one, long before it is ready. */
  readonly spawned?: (pid: number) => void;
}

/** Starts a store on `dataDir`; rejects with its output if it ends before it is ready. */
export function startTracewell(
  dataDir: string,
  flags: readonly string[] = [],
  { within = [], nodeFlags = [], spawned = () => undefined }: StartOptions = {}
): Promise<TracewellProcess> {
  const listens = ['--http-listen', '--otlp-http-listen', '--otlp-grpc-listen'];
  const given = listens.filter((flag) => !flags.includes(flag)).flatMap((flag) => [flag, '127.0.0.1:0']);
  const child = fork(launcher, ['serve', '--data-dir', dataDir, ...given, ...flags], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    ...(within[0] !== undefined && { execPath: within[0] }),
    execArgv: [...within.slice(1), ...(within.length > 0 ? [process.execPath] : []), ...nodeFlags],
  });
  spawned(child.pid ?? -1);
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString('utf8');
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  return new Promise((resolve, reject) => {
    child.once('exit', (code, signal) =>
      reject(new Error(`tracewell serve ended with ${String(code ?? signal)} before it was ready:\n${output}`))
    );
    child.on('message', (message: { kind: string; console: string; otlpHttp: string; otlpGrpc: string }) => {
      if (message.kind === 'ready') {
        resolve({
          pid: child.pid ?? -1,
          http: message.console.replace(/\/$/, ''),
          otlpHttp: message.otlpHttp.replace(/\/$/, ''),
          otlpGrpc: message.otlpGrpc.replace(/\/$/, ''),
          output: () => output,
          stop: () => end(child, 'SIGTERM'),
          kill: async () => {
            await end(child, 'SIGKILL');
          },
        });
      }
    });
  });
}

/** Options of the store come from the test alone; those of the tests are none of the store's, which would say so and end. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TRACEWELL_')));
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve(child.exitCode);
      return;
    }
    child.once('exit', (code) => resolve(code));
    child.kill(signal);
  });
}
