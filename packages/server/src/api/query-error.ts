// SPDX-License-Identifier: Apache-2.0
//
// What can go wrong with a query, and the HTTP status for it: one table for Tempo's API and for ours
// (the bodies differ). docs/errors.md shows this table and a test compares them.
import { MalformedRequestError, rpcCodes } from '@tracewell/protocols';
import { StoreError, type StoreErrorCode } from '@tracewell/store';

/** How the codes of the store are answered to those who query. 499: the client is gone, nobody reads it. */
export const queryStatuses: Readonly<Record<StoreErrorCode, number>> = {
  'invalid-query': 400,
  'not-supported': 400,
  malformed: 400,
  limit: 422,
  overloaded: 429,
  'disk-full': 507,
  'read-only': 503,
  timeout: 504,
  cancelled: 499,
  closed: 503,
  locked: 503,
  'newer-format': 503,
  unreadable: 500,
  internal: 500,
};

/** A request that the server itself refuses, before the store is asked. */
export class RequestError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'RequestError';
    this.status = status;
    this.code = code;
  }
}

/** A parameter that is missing, malformed or out of its range. */
export const badParameter = (message: string): RequestError => new RequestError(400, 'bad-request', message);

/** Any failure of a query as a status, a code and a sentence. Bugs keep their details to the log. */
export function describeFailure(error: unknown): {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly isBug: boolean;
} {
  if (error instanceof RequestError) {
    return { status: error.status, code: error.code, message: error.message, isBug: false };
  }
  if (error instanceof StoreError) {
    const status = queryStatuses[error.code];
    return { status, code: error.code, message: error.message, isBug: error.code === 'internal' };
  }
  if (error instanceof MalformedRequestError) {
    return { status: 400, code: 'malformed', message: error.message, isBug: false };
  }
  const message = 'the store failed unexpectedly; its log has the details';
  return { status: 500, code: 'internal', message, isBug: true };
}

/** The gRPC code for an HTTP status, as Tempo pairs them. */
export function toRpcCode(status: number): number {
  switch (status) {
    case 400:
      return rpcCodes.invalidArgument;
    case 401:
      return rpcCodes.unauthenticated;
    case 403:
      return rpcCodes.permissionDenied;
    case 404:
      return rpcCodes.notFound;
    case 422:
      return rpcCodes.failedPrecondition;
    case 429:
      return rpcCodes.resourceExhausted;
    case 499:
      return rpcCodes.cancelled;
    default:
      return rpcCodes.internal;
  }
}

/** The sentence for a failure in Tempo's API, where a wrong query has words in front that clients know. */
export function tempoMessage({ code, message }: { readonly code: string; readonly message: string }): string {
  return code === 'invalid-query' ? `invalid TraceQL query: ${message}` : message;
}
