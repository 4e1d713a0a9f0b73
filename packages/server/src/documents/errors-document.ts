// SPDX-License-Identifier: Apache-2.0
//
// docs/errors.md, made from the tables that the server answers by.
import { rpcCodes } from '@tracewell/protocols';
import { storeErrorCodes, type StoreErrorCode } from '@tracewell/store';
import { diskFullRetry, ingestStatuses, refusals, type IngestStatus } from '../ingest/refusal.ts';
import { queryStatuses } from '../api/query-error.ts';
import { markdownTable } from './markdown-table.ts';

const meanings: Readonly<Record<StoreErrorCode, string>> = {
  'invalid-query': 'The TraceQL query has a syntax or type error; the answer says where.',
  'not-supported': 'The query means something that is not built yet.',
  malformed: 'The bytes are not what they claim to be.',
  limit: 'Something is larger than a limit; the message names the limit.',
  overloaded: 'More is waiting than the store can take; try again.',
  'disk-full': 'The disk has less free space than `--min-free-disk`; nothing is stored until there is more.',
  'read-only':
    'The data folder cannot be written: a read-only file system, or no permission. Nothing is stored until it can be; queries go on.',
  timeout: 'The time for one query (`--query-timeout`) was not enough.',
  cancelled: 'The client closed the connection; the query was stopped.',
  closed: 'The store is shutting down, or its database is being opened anew.',
  locked: 'Another process uses the data folder (at the start only).',
  'newer-format': 'The data folder was written by a newer version (at the start only).',
  unreadable: 'The data folder or a file in it cannot be read.',
  internal: 'A bug or a failure of the machine; the log has the details.',
};

const rpcNames = new Map<number, string>(
  Object.entries(rpcCodes).map(([name, code]) => [code, name.replace(/[A-Z]/g, '_$&').toUpperCase()])
);

/** The whole of docs/errors.md. */
export function errorsDocument(): string {
  const retry = ({ retryAfterMs }: IngestStatus) =>
    retryAfterMs === undefined ? 'no' : `after ${retryAfterMs / 1000} s`;
  const row = (code: string, ingest: IngestStatus, query: string, meaning: string) => [
    `\`${code}\``,
    String(ingest.http),
    rpcNames.get(ingest.rpc) ?? String(ingest.rpc),
    retry(ingest),
    query,
    meaning,
  ];
  const parts = [
    '# Errors and their statuses',
    '',
    '<!-- Made from the tables in packages/server/src: UPDATE_DOCS=1 npx jest packages/server/src/documents -->',
    '',
    'Exporters get `google.rpc.Status` in the format of their request (protobuf or JSON), over gRPC a status with the same',
    'message. Where sending the same again can help there is a `Retry-After` header or a `RetryInfo` detail, where it cannot',
    "there is none. Tempo's API answers errors as plain text, `/tracewell/api/v1` as",
    '`{"error":{"code","message","range"}}`, where `range` is the place in the query of a TraceQL error.',
    '',
    '## Codes of the store',
    '',
  ];
  const codes = [['code', 'OTLP HTTP', 'OTLP gRPC', 'retry', 'queries', 'meaning']];
  for (const code of storeErrorCodes) {
    codes.push(row(code, ingestStatuses[code], String(queryStatuses[code]), meanings[code]));
    if (code === 'disk-full') {
      codes.push(row(code, diskFullRetry, '507', 'The same, where the store expects to make room (retention).'));
    }
  }
  parts.push(...markdownTable(codes), '', '## Refused before the store is asked', '');
  const early = [['OTLP HTTP', 'OTLP gRPC', 'retry', 'message']];
  const examples = [
    refusals.unauthenticated(),
    refusals.foreignOrigin('https://other.example'),
    refusals.otherSignal('metrics'),
    refusals.bodyTooLarge(16_777_216),
    refusals.decompressedTooLarge(67_108_864),
    refusals.unknownType('text/plain'),
    refusals.unknownEncoding('zstd'),
    refusals.brokenCompression('gzip', 'incorrect header check'),
    refusals.incomplete(),
    refusals.overloaded(),
    refusals.stopping(),
  ];
  for (const { httpStatus, rpc } of examples) {
    const status = {
      http: httpStatus,
      rpc: rpc.code,
      ...('retryAfterMs' in rpc ? { retryAfterMs: rpc.retryAfterMs } : {}),
    };
    early.push([String(httpStatus), rpcNames.get(rpc.code) ?? String(rpc.code), retry(status), rpc.message]);
  }
  parts.push(
    ...markdownTable(early),
    '',
    'On the query port: 400 for a parameter that is missing or wrong, 401 without the credentials that were configured,',
    '403 for a Host header that does not name the store (DNS rebinding) and for a page of another origin that wants to',
    'change something, 404 for an unknown path, and for an unknown trace on `/api/traces/{id}` (version 2 answers 200 with',
    'an empty trace), 429 where too many queries wait already (`--max-queries`, `--max-waiting-queries`), 431 for a URL',
    'that is too long. gRPC on that port answers 400 as INVALID_ARGUMENT, 401 as UNAUTHENTICATED, 403 as',
    'PERMISSION_DENIED, 422 as FAILED_PRECONDITION, 429 as RESOURCE_EXHAUSTED, 499 as CANCELLED, what is 500 or more as',
    'INTERNAL.',
    '',
    '## Exit codes of `tracewell serve`',
    '',
    '0 after a clean end, 1 if the store cannot start (a port in use, a data folder that is locked, unreadable or of a newer',
    'format) or fails, 2 for a wrong flag or variable.',
    ''
  );
  return parts.join('\n');
}
