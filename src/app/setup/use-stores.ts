// SPDX-License-Identifier: Apache-2.0
//
// The connected stores and how they do: each data source's own health check, and where the store takes spans.
import { getDataSourceSrv } from '@grafana/runtime';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { hostDataOf } from '../app-datasource.ts';
import type { TracewellInstance } from '../app-datasource.ts';

export type Health =
  | { readonly kind: 'asking' }
  | { readonly kind: 'well'; readonly message: string; readonly otlpEndpoint?: string }
  | { readonly kind: 'ill'; readonly message: string };

export interface Store {
  readonly uid: string;
  readonly name: string;
  readonly health: Health;
}

function messageOf(error: unknown): string {
  if (error instanceof Error) {
    return error.message;
  }
  return typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
    ? error.message
    : 'The health check failed without saying why.';
}

async function ask(uid: string, signal: AbortSignal): Promise<Health> {
  try {
    const instance = await getDataSourceSrv().get(uid);
    const { status, message, details } = await instance.testDatasource();
    if (status !== 'success') {
      const why = status === 'warning' ? (details?.message ?? '') : '';
      return { kind: 'ill', message: `${message} ${why}`.trim() };
    }
    const capabilities = await hostDataOf(instance)
      ?.capabilities(signal)
      .catch(() => undefined);
    return {
      kind: 'well',
      message,
      ...(capabilities?.otlpEndpoint === undefined ? {} : { otlpEndpoint: capabilities.otlpEndpoint }),
    };
  } catch (error) {
    return { kind: 'ill', message: messageOf(error) };
  }
}

/** The stores in the order of `known`, and a function that asks all of them again. */
export function useStores(known: readonly TracewellInstance[]): {
  readonly stores: readonly Store[];
  readonly check: () => void;
} {
  const [round, setRound] = useState(0);
  const [healths, setHealths] = useState<ReadonlyMap<string, Health>>(new Map());
  const uids = known.map(({ uid }) => uid).join('\n');
  useEffect(() => {
    const stop = new AbortController();
    setHealths(new Map());
    for (const uid of uids === '' ? [] : uids.split('\n')) {
      void ask(uid, stop.signal).then((health) => {
        if (!stop.signal.aborted) {
          setHealths((before) => new Map(before).set(uid, health));
        }
      });
    }
    return () => stop.abort();
  }, [uids, round]);
  const stores = useMemo(
    () => known.map(({ uid, name }) => ({ uid, name, health: healths.get(uid) ?? ({ kind: 'asking' } as const) })),
    [known, healths]
  );
  return { stores, check: useCallback(() => setRound((count) => count + 1), []) };
}
