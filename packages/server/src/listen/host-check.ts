// SPDX-License-Identifier: Apache-2.0
//
// Against DNS rebinding: a web page of an attacker can make its own name resolve to 127.0.0.1 and then
// talk to the store as "same origin". The Host header then carries the attacker's name, so only names
// that are known to mean this store are answered. Ports are not compared; they cannot be forged usefully.
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { isLoopback } from '../config/parse.ts';

/** Whether a request with this Host header may be answered. */
export type HostCheck = (hostHeader: string | undefined) => boolean;

/**
 * Allows loopback names and addresses, the bound host, and `allowedHosts` ('*' allows all). Bound to a
 * wildcard address, every IP literal and this machine's name are allowed too: rebinding needs a name.
 */
export function createHostCheck(boundHost: string, allowedHosts: readonly string[]): HostCheck {
  if (allowedHosts.includes('*')) {
    return () => true;
  }
  const names = new Set([boundHost, ...allowedHosts].map((name) => name.toLowerCase()));
  const isWildcard = boundHost === '0.0.0.0' || boundHost === '::';
  if (isWildcard) {
    names.add(hostname().toLowerCase());
  }
  return (hostHeader) => {
    const name = hostName(hostHeader);
    if (name === undefined) {
      return false;
    }
    return isLoopback(name) || names.has(name) || (isWildcard && isIP(name) !== 0);
  };
}

/** The name in a Host header or an authority, in lower case, without port and brackets. */
export function hostName(hostHeader: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/@\s]+))(?::\d{1,5})?$/i.exec(hostHeader ?? '');
  return (match?.[1] ?? match?.[2])?.toLowerCase().replace(/\.$/, '');
}

/** The sentence for a refused Host header. */
export function refusedHostMessage(hostHeader: string | undefined): string {
  return (
    `the Host header ${JSON.stringify(hostHeader ?? '')} is not a name of this store; ` +
    'address it as localhost or by its IP address, or start it with --allowed-host NAME\n'
  );
}

/**
 * Whether a page of this origin may change something: only pages that the store served itself. `origin`
 * is the Origin header; requests without one do not come from a page.
 */
export function isOwnOrigin(origin: string | undefined, hostHeader: string | undefined): boolean {
  if (origin === undefined) {
    return true;
  }
  try {
    return new URL(origin).host.toLowerCase() === (hostHeader ?? '').toLowerCase();
  } catch {
    return false;
  }
}
