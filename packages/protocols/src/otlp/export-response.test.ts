// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { parse } from 'protobufjs';

import { decodeOfficial, ExportTraceServiceResponse } from '../../testing/official-proto.ts';
import {
  encodeExportResponse,
  encodeExportResponseJson,
  encodeRpcStatus,
  encodeRpcStatusJson,
  rpcCodes,
} from './export-response.ts';

// google/rpc/status.proto and error_details.proto, the parts that are used.
const { root } = parse(`syntax = "proto3";
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
  message RetryInfo { Duration retry_delay = 1; }`);

test('a full success is an empty message', () => {
  expect(encodeExportResponse({ rejectedSpans: 0, message: '' })).toHaveLength(0);
  expect(encodeExportResponseJson({ rejectedSpans: 0, message: '' })).toBe('{}');
});

test.each([
  [
    { rejectedSpans: 3, message: 'trace_id is all zero (3 spans)' },
    { rejectedSpans: '3', errorMessage: 'trace_id is all zero (3 spans)' },
  ],
  [{ rejectedSpans: 0, message: 'a warning' }, { errorMessage: 'a warning' }],
  [{ rejectedSpans: 5_000_000_000, message: '' }, { rejectedSpans: '5000000000' }],
])('partial success %j', (response, partialSuccess) => {
  expect(decodeOfficial(ExportTraceServiceResponse, encodeExportResponse(response))).toEqual({ partialSuccess });
  expect(JSON.parse(encodeExportResponseJson(response))).toEqual({ partialSuccess });
});

test('an error is a google.rpc.Status', () => {
  const status = root.lookupType('Status');
  const bytes = encodeRpcStatus(rpcCodes.invalidArgument, 'broken');
  expect(status.toObject(status.decode(bytes))).toEqual({ code: 3, message: 'broken' });
  expect(JSON.parse(encodeRpcStatusJson(rpcCodes.invalidArgument, 'broken'))).toEqual({ code: 3, message: 'broken' });
});

test('a retry hint is a RetryInfo', () => {
  const message = root
    .lookupType('Status')
    .decode(encodeRpcStatus(rpcCodes.resourceExhausted, 'full', 1.5))
    .toJSON();
  const detail = message['details'][0];
  expect(detail.typeUrl).toBe('type.googleapis.com/google.rpc.RetryInfo');
  const info = root.lookupType('RetryInfo').decode(Buffer.from(detail.value, 'base64')).toJSON();
  expect(info).toEqual({ retryDelay: { seconds: '1', nanos: 500_000_000 } });
});
