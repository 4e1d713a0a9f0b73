// SPDX-License-Identifier: Apache-2.0
//
// The kinds of value a flag or an environment variable can have: each reads the text a person wrote and
// says in one phrase what it expects. A value is printed back in the same notation (`format`), so the
// defaults in --help and in docs/configuration.md are always something that can be typed.
import { z } from 'zod';

/** Where to listen. Port 0 lets the system choose one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** How one kind of value is read, named and written. */
export interface ValueKind<T> {
  /** Stands for the value in --help: `HOST:PORT`. */
  readonly placeholder: string;
  /** Completes "expected ...". */
  readonly expected: string;
  readonly schema: z.ZodType<T>;
  format(value: T): string;
}

const durationUnits: readonly (readonly [unit: string, milliseconds: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

const byteUnits: readonly (readonly [unit: string, bytes: number])[] = [
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
  ['TiB', 2 ** 40],
  ['GiB', 2 ** 30],
  ['MiB', 2 ** 20],
  ['KiB', 2 ** 10],
  ['B', 1],
];

/** `7d`, `12h`, `1h30m`, `250ms`; undefined if the text is none. Milliseconds. */
export function tryParseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) {
    return undefined;
  }
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    const factor = durationUnits.find(([name]) => name === unit)?.[1] ?? 0;
    total += Number(amount) * factor;
  }
  return total;
}

/** `10GB`, `512MiB`, `65536`; units are not case sensitive. Undefined if the text is none. */
export function tryParseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text);
  if (match === null) {
    return undefined;
  }
  const unit = (match[2] ?? '').toLowerCase();
  const factor = unit === '' ? 1 : byteUnits.find(([name]) => name.toLowerCase() === unit)?.[1];
  return factor === undefined ? undefined : Math.round(Number(match[1]) * factor);
}

/** `HOST:PORT`, `[::1]:3200`; undefined if the text is none. */
export function tryParseAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

/** The way an address is written in a URL: IPv6 in brackets. */
export function formatAddress({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function formatWith(value: number, units: readonly (readonly [string, number])[]): string {
  const unit = units.find(([, factor]) => value >= factor && value % factor === 0);
  return unit === undefined ? String(value) : `${value / unit[1]}${unit[0]}`;
}

/** Text that `parse` understands; anything else is refused with `expected`. */
function textKind<T>(
  placeholder: string,
  expected: string,
  parse: (text: string) => T | undefined,
  format: (value: T) => string
): ValueKind<T> {
  const schema = z.string().transform((text, context): T => {
    const value = parse(text.trim());
    if (value === undefined) {
      context.addIssue({ code: 'custom', message: `expected ${expected}` });
      return z.NEVER;
    }
    return value;
  });
  return { placeholder, expected, schema, format };
}

export const address: ValueKind<ListenAddress> = textKind(
  'HOST:PORT',
  'HOST:PORT with a port from 0 to 65535, for example 127.0.0.1:3200 or [::1]:3200',
  tryParseAddress,
  formatAddress
);

export const duration: ValueKind<number> = textKind(
  'DURATION',
  'a duration such as 7d, 12h, 30s or 250ms',
  tryParseDuration,
  (value) => formatWith(value, durationUnits)
);

export const bytes: ValueKind<number> = textKind(
  'BYTES',
  'a size such as 10GB, 512MiB or 65536',
  tryParseBytes,
  (value) => formatWith(value, byteUnits)
);

/** A whole number from `least` to `most`. */
export function integer(least: number, most: number): ValueKind<number> {
  return textKind(
    'N',
    `a whole number from ${least} to ${most}`,
    (text) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : undefined;
      return value !== undefined && value >= least && value <= most ? value : undefined;
    },
    String
  );
}

export const flag: ValueKind<boolean> = textKind(
  '',
  'true or false',
  (text) =>
    ['true', '1', 'yes', 'on', ''].includes(text.toLowerCase())
      ? true
      : ['false', '0', 'no', 'off'].includes(text.toLowerCase())
        ? false
        : undefined,
  String
);

/** Text that is not empty. */
export const text = (placeholder: string, expected: string): ValueKind<string> =>
  textKind(
    placeholder,
    expected,
    (value) => (value === '' ? undefined : value),
    (value) => value
  );

/** Text that matches a pattern; an empty text is allowed and stands for "not set". */
export const pattern = (placeholder: string, expected: string, expression: RegExp): ValueKind<string> =>
  textKind(
    placeholder,
    expected,
    (value) => (value === '' || expression.test(value) ? value : undefined),
    (value) => value
  );

/** Several values separated by commas, or the flag given several times. */
export const list = (placeholder: string, expected: string): ValueKind<readonly string[]> =>
  textKind(
    placeholder,
    expected,
    (value) =>
      value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    (value) => value.join(',')
  );

/** One of a few words. */
export function choice<const T extends string>(words: readonly T[]): ValueKind<T> {
  return textKind(
    words.join('|'),
    `one of ${words.join(', ')}`,
    (value) => words.find((word) => word === value),
    (value) => value
  );
}
