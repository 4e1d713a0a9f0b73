// SPDX-License-Identifier: Apache-2.0
//
// Ids in their three forms: lower-case hex (model, URLs), bytes (OTLP protobuf) and 64-bit integers
// (columns of the store). A 128-bit id is two 64-bit integers, high half first.

const hexOfByte: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The value of one hex digit by its UTF-16 unit, or -1. */
function digitValue(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) {
    return unit - 0x30;
  }
  const lower = unit | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Lower-case hex of `bytes[from, to)`. */
export function bytesToHex(bytes: Uint8Array, from = 0, to = bytes.length): string {
  let hex = '';
  for (let i = from; i < to; i++) {
    hex += hexOfByte[bytes[i] ?? 0];
  }
  return hex;
}

/** The bytes that `hex` (either case) stands for, or `undefined` when it has another character or an odd length. */
export function tryHexToBytes(hex: string): Uint8Array | undefined {
  if (hex.length % 2 !== 0) {
    return undefined;
  }
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const high = digitValue(hex.charCodeAt(2 * i));
    const low = digitValue(hex.charCodeAt(2 * i + 1));
    if (high < 0 || low < 0) {
      return undefined;
    }
    bytes[i] = high * 16 + low;
  }
  return bytes;
}

/** Whether `text` consists of exactly `digits` hex digits of either case. */
export function isHex(text: string, digits: number): boolean {
  if (text.length !== digits) {
    return false;
  }
  for (let i = 0; i < digits; i++) {
    if (digitValue(text.charCodeAt(i)) < 0) {
      return false;
    }
  }
  return true;
}

/** 16 lower-case hex digits of the low 64 bits of `value`. */
export function uint64ToHex(value: bigint): string {
  return BigInt.asUintN(64, value).toString(16).padStart(16, '0');
}

/** The unsigned integer that 1 to 16 hex digits stand for. The caller has checked them with {@link isHex}. */
export function hexToUint64(hex: string): bigint {
  return BigInt(`0x${hex}`);
}

/** 32 lower-case hex digits of a 128-bit id given as two halves. */
export function uint128ToHex(high: bigint, low: bigint): string {
  return uint64ToHex(high) + uint64ToHex(low);
}

/** The two halves of a 128-bit id of 32 hex digits. The caller has checked them with {@link isHex}. */
export function hexToUint128(hex: string): { readonly high: bigint; readonly low: bigint } {
  return { high: hexToUint64(hex.slice(0, 16)), low: hexToUint64(hex.slice(16)) };
}
