// SPDX-License-Identifier: Apache-2.0
//
// What every client of the query port must show, over HTTP and gRPC alike: a Host that means this store, and the
// credentials that were configured.
import { RequestError } from '../api/query-error.ts';
import type { CredentialCheck } from './credentials.ts';
import { refusedHostMessage, type HostCheck } from './host-check.ts';

/** The two checks. */
export interface ClientChecks {
  readonly isAllowedHost: HostCheck;
  readonly credentials: CredentialCheck;
}

/** Why a client is not answered, undefined if it is. Without `shown` no credentials are asked for. */
export function refuseClient(
  host: string | undefined,
  shown: { readonly authorization: string | undefined } | undefined,
  { isAllowedHost, credentials }: ClientChecks
): RequestError | undefined {
  if (!isAllowedHost(host)) {
    return new RequestError(403, 'forbidden', refusedHostMessage(host).trimEnd());
  }
  if (shown !== undefined && !credentials.allows(shown.authorization)) {
    return new RequestError(401, 'unauthenticated', 'credentials are missing or wrong; send an Authorization header');
  }
  return undefined;
}
