// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from 'react';
import type { Host, TraceData } from '../host.ts';
import { TracePage } from './TracePage.tsx';

export function TraceView({ host, traceId }: { readonly host: Host; readonly traceId: string }) {
  const [data, setData] = useState<TraceData | undefined>(undefined);
  useEffect(() => {
    const abort = new AbortController();
    host.data.trace(traceId, abort.signal).then(setData, () => undefined);
    return () => abort.abort();
  }, [host.data, traceId]);
  return data === undefined ? <p>Loading</p> : <TracePage key={data.trace.traceId} trace={data.trace} host={host} />;
}
