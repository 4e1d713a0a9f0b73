// SPDX-License-Identifier: Apache-2.0
//
// Trace and span ids as text (lower-case hex) and as the 64-bit halves in which blocks hold them.

/** A trace id as two 64-bit halves. */
export interface TraceIdHalves {
  readonly hi: bigint;
  readonly lo: bigint;
}

/** The ids of two columns of the same length, row by row. */
export function traceIds(high: ArrayLike<bigint>, low: ArrayLike<bigint>): TraceIdHalves[] {
  return Array.from(high, (hi, i) => ({ hi, lo: low[i] ?? 0n }));
}

/** `hex` with leading zeros to 32 digits, split; undefined if it is no hex or longer. */
export function parseTraceId(hex: string): TraceIdHalves | undefined {
  if (!/^[0-9a-fA-F]{1,32}$/.test(hex)) {
    return undefined;
  }
  const padded = hex.padStart(32, '0');
  return { hi: BigInt(`0x${padded.slice(0, 16)}`), lo: BigInt(`0x${padded.slice(16)}`) };
}

/** 16 lower-case hex digits. */
export function spanIdText(id: bigint): string {
  return id.toString(16).padStart(16, '0');
}

/** 32 lower-case hex digits. */
export function traceIdText(hi: bigint, lo: bigint): string {
  return spanIdText(hi) + spanIdText(lo);
}
