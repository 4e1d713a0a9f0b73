// SPDX-License-Identifier: Apache-2.0
import { refusals } from './refusal.ts';
export function exportRequestFromJson(_content: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  throw refusals.malformed('JSON is not read yet');
}
