// SPDX-License-Identifier: Apache-2.0
import { useCallback } from 'react';
import type { Host, MetricsExemplar } from '../host.ts';

/** Addresses of exemplars' traces, with the span in focus where it is known. */
export function useExemplarHref({ navigation }: Host): (exemplar: MetricsExemplar) => string {
  return useCallback(
    ({ traceId, spanId }: MetricsExemplar) => navigation.href('trace', { id: traceId, span: spanId }),
    [navigation]
  );
}
