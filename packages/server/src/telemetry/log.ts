// SPDX-License-Identifier: Apache-2.0
//
// The log: JSON lines for machines, or one short line per event on a terminal. Goes to standard error, so
// that standard output stays free for what a command prints.
import { pino, type Logger } from 'pino';

export type Log = Pick<Logger, 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'>;

/** Where the lines go; process.stderr outside of tests. */
export interface LogSink {
  readonly isTTY?: boolean;
  write(line: string): unknown;
}

/** Creates the log; `auto` means short lines if the sink is a terminal. */
export function createLog(
  { level, format }: { readonly level: string; readonly format: 'auto' | 'json' | 'pretty' },
  sink: LogSink
): Log {
  const isPretty = format === 'pretty' || (format === 'auto' && sink.isTTY === true);
  const destination = isPretty ? { write: (line: string) => void sink.write(prettyLine(line)) } : sink;
  return pino(
    { level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"`, formatters: { level: levelName } },
    { write: (line: string) => void destination.write(line) }
  );
}

const levelName = (level: string) => ({ level });

/** `12:04:31 warn  message key=value`. */
export function prettyLine(line: string): string {
  const parsed: unknown = JSON.parse(line);
  if (typeof parsed !== 'object' || parsed === null) {
    return line;
  }
  const { level, time, msg, ...rest } = { level: 'info', time: '', msg: '', ...parsed };
  const details = Object.entries(rest)
    .map(([key, value]) => `${key}=${describe(value)}`)
    .join(' ');
  return `${String(time).slice(11, 19)} ${String(level).padEnd(5)} ${String(msg)}${details === '' ? '' : `  ${details}`}\n`;
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'stack' in value) {
    return String(value.stack);
  }
  return typeof value === 'string' && !/\s/.test(value) ? value : JSON.stringify(value);
}
