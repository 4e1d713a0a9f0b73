// SPDX-License-Identifier: Apache-2.0
//
// Exports in OTLP JSON become the same protobuf bytes that the store takes from everybody.
import { decodeExportJson, MalformedRequestError } from '@tracewell/protocols';
import { refusals } from './refusal.ts';

/**
 * The protobuf form of a JSON export.
 *
 * @throws Refusal for text that is not UTF-8, not JSON, or not an export
 */
export function exportRequestFromJson(content: Uint8Array): Uint8Array<ArrayBuffer> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw refusals.malformed('the request body is not valid UTF-8, which JSON has to be');
  }
  try {
    return decodeExportJson(text);
  } catch (error) {
    if (error instanceof MalformedRequestError) {
      throw refusals.malformed(`the request body is not an OTLP JSON export: ${error.message}`);
    }
    throw error;
  }
}
