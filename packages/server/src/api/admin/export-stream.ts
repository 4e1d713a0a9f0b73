// SPDX-License-Identifier: Apache-2.0
//
// An export as a stream of bytes: TracesData messages, each behind its length as a varint, as protobuf's own delimited
// streams are. The next part is asked for when the client has taken the last one. A failure in the middle breaks the
// stream off, so that half an export is never taken for a whole.
import type { OpenedExport, Store } from '@tracewell/store';
import { Readable } from 'node:stream';

export const EXPORT_TYPE =
  'application/x-protobuf; format=delimited; messageType=opentelemetry.proto.trace.v1.TracesData';

/** The stream; closing it closes the export. */
export function exportStream(store: Pick<Store, 'nextExport' | 'closeExport'>, { id }: OpenedExport): Readable {
  async function* parts(): AsyncGenerator<Uint8Array> {
    try {
      for (let isLast = false; !isLast;) {
        const part = await store.nextExport(id);
        isLast = part.isLast;
        if (part.bytes.length > 0) {
          yield lengthOf(part.bytes);
          yield part.bytes;
        }
      }
    } finally {
      await store.closeExport(id).catch(() => undefined);
    }
  }
  return Readable.from(parts(), { objectMode: false });
}

function lengthOf(bytes: Uint8Array): Uint8Array {
  const varint: number[] = [];
  let rest = bytes.length;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) {
    varint.push((rest % 0x80) | 0x80);
  }
  return Uint8Array.of(...varint, rest);
}
