// SPDX-License-Identifier: Apache-2.0
//
// Jobs as JSON, both ways.
import type { AdminJobJson, AdminJobRequestJson } from '@tracewell/protocols';
import type { JobRequest, JobStatus } from '@tracewell/store';
import { z } from 'zod';
import { badParameter } from '../query-error.ts';

const time = z.string().regex(/^\d{1,20}$/, 'expected nanoseconds since 1970, in digits');

const jobRequest = z.union([
  z.strictObject({ kind: z.enum(['compact', 'verify']) }),
  z.strictObject({
    kind: z.literal('delete'),
    traceId: z.string().regex(/^[0-9a-fA-F]{1,32}$/, 'expected 1 to 32 hex digits'),
  }),
  z.strictObject({
    kind: z.literal('delete'),
    // Deleting everything is written out: `{}`.
    query: z.string().min(1, 'expected a TraceQL query'),
    wholeTraces: z.boolean(),
    start: time.optional(),
    end: time.optional(),
  }),
]);

/** Reads the body of POST admin/jobs; `maxQueryBytes` bounds the query. Throws RequestError. */
export function parseJobRequest(body: unknown, maxQueryBytes: number): JobRequest {
  const parsed = jobRequest.safeParse(body);
  if (!parsed.success) {
    throw badParameter(
      'expected {"kind":"compact"}, {"kind":"verify"}, {"kind":"delete","traceId":ID} or ' +
        `{"kind":"delete","query":TRACEQL,"wholeTraces":BOOLEAN,"start":NANOS,"end":NANOS}, found ${excerpt(body)}`
    );
  }
  const { data } = parsed;
  if (data.kind !== 'delete') {
    return { kind: data.kind };
  }
  if ('traceId' in data) {
    return { kind: 'delete', what: { traceId: data.traceId } };
  }
  const { query, wholeTraces, start, end } = data;
  if (Buffer.byteLength(query) > maxQueryBytes) {
    throw badParameter(`the query has ${Buffer.byteLength(query)} bytes, the limit is ${maxQueryBytes}`);
  }
  return {
    kind: 'delete',
    what: {
      query,
      wholeTraces,
      ...(start !== undefined && { start: BigInt(start) }),
      ...(end !== undefined && { end: BigInt(end) }),
    },
  };
}

function excerpt(body: unknown): string {
  return (JSON.stringify(body) ?? 'nothing').slice(0, 200);
}

/** The JSON of a request. */
export function toJobRequestJson(request: JobRequest): AdminJobRequestJson {
  if (request.kind !== 'delete') {
    return { kind: request.kind };
  }
  const { what } = request;
  if ('traceId' in what) {
    return { kind: 'delete', traceId: what.traceId };
  }
  const { query, wholeTraces, start, end } = what;
  return {
    kind: 'delete',
    query,
    wholeTraces,
    ...(start !== undefined && { start: String(start) }),
    ...(end !== undefined && { end: String(end) }),
  };
}

/** The JSON of a job. */
export function toJobJson(job: JobStatus): AdminJobJson {
  return { ...job, request: toJobRequestJson(job.request) };
}
