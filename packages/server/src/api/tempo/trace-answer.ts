// SPDX-License-Identifier: Apache-2.0
import type { TraceResult } from '@tracewell/store';
export function encodeTraceByIdResponse(result: TraceResult | undefined): Uint8Array {
  return result?.bytes ?? new Uint8Array(0);
}
export function traceByIdResponseJson(_result: TraceResult | undefined): string {
  return '{}';
}
export function traceJson(_bytes: Uint8Array): string {
  return '{}';
}
