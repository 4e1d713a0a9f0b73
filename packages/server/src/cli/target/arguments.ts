// SPDX-License-Identifier: Apache-2.0
//
// Flags that the commands for operating share: which store, and which range of time.
import { tryParseDuration } from '../../config/values.ts';
import type { OperateContext } from '../operate-context.ts';
import { openFolderAtRest } from './folder-at-rest.ts';
import { openRunningStore } from './running-store.ts';
import { type Range, type StoreTarget } from './target.ts';

export const DEFAULT_URL = 'http://127.0.0.1:3200';

/** For `parseArgs`. */
export const targetFlags = { url: { type: 'string' }, 'data-dir': { type: 'string' } } as const;
export const rangeFlags = { since: { type: 'string' }, until: { type: 'string' } } as const;

export const targetUsage = `  --url URL         address of a running store (default ${DEFAULT_URL})
  --data-dir DIR    a data folder that no store has open`;

export const rangeUsage = `  --since TIME      from then on: a duration before now such as 30m or 1d, or 2026-01-31T12:00:00Z
  --until TIME      before then, likewise`;

export const credentialsUsage = `Credentials are read from TRACEWELL_BASIC_AUTH or TRACEWELL_BEARER_TOKEN, as "tracewell serve" reads them.
`;

/** The command line is wrong; the sentence says how. Exit code 2. */
export class ArgumentError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ArgumentError';
  }
}

/** Opens what the flags name. Throws ArgumentError, UsageError; rejects with CommandError. */
export async function openTarget(
  values: { readonly url?: string | undefined; readonly 'data-dir'?: string | undefined },
  context: OperateContext,
  options: { readonly mayCreate?: boolean; readonly otlpUrl?: string | undefined } = {}
): Promise<StoreTarget> {
  const { url, 'data-dir': dataDir } = values;
  if (url !== undefined && dataDir !== undefined) {
    throw new ArgumentError('--url and --data-dir: found both, expected one of them');
  }
  if (dataDir !== undefined) {
    return openFolderAtRest({
      dataDir,
      mayCreate: options.mayCreate === true,
      environment: context.environment,
      openStore: (...opened) => context.openStore(...opened),
      warn: (line) => void context.stderr.write(`${line}\n`),
    });
  }
  return openRunningStore({
    url: checkedUrl('--url', url ?? DEFAULT_URL),
    ...(options.otlpUrl === undefined ? {} : { otlpUrl: checkedUrl('--otlp-url', options.otlpUrl) }),
    environment: context.environment,
  });
}

function checkedUrl(flag: string, url: string): string {
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new ArgumentError(`${flag}: found ${JSON.stringify(url)}, expected an address such as ${DEFAULT_URL}`);
  }
  return url.replace(/\/+$/, '');
}

/** Reads --since and --until. Throws ArgumentError. */
export function readRange(
  values: { readonly since?: string | undefined; readonly until?: string | undefined },
  nowMs = Date.now()
): Range {
  const start = values.since === undefined ? undefined : instant('--since', values.since, nowMs);
  const end = values.until === undefined ? undefined : instant('--until', values.until, nowMs);
  if (start !== undefined && end !== undefined && end <= start) {
    throw new ArgumentError(`--until: ${values.until} is not after --since ${values.since}`);
  }
  return { ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
}

function instant(flag: string, text: string, nowMs: number): bigint {
  const ago = tryParseDuration(text);
  const ms = ago === undefined ? (/^\d{4}-/.test(text) ? Date.parse(text) : NaN) : nowMs - ago;
  if (!Number.isFinite(ms) || ms < 0) {
    throw new ArgumentError(
      `${flag}: found ${JSON.stringify(text)}, expected a duration such as 30m or 1d, or a time such as 2026-01-31T12:00:00Z`
    );
  }
  return BigInt(Math.round(ms)) * 1_000_000n;
}
