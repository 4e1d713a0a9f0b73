// SPDX-License-Identifier: Apache-2.0
//
// Optional basic or bearer authentication, the same on every port.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Config } from '../config/options.ts';

/** Whether a request with this Authorization header is let in. */
export interface CredentialCheck {
  /** False where nothing is asked for. */
  readonly required: boolean;
  /** For the WWW-Authenticate header. */
  readonly challenge: string;
  allows(authorization: string | undefined): boolean;
}

/** Either kind of credentials is accepted if both are configured. */
export function createCredentialCheck(config: Pick<Config, 'basicAuth' | 'bearerToken'>): CredentialCheck {
  const accepted: Buffer[] = [];
  const challenges: string[] = [];
  if (config.basicAuth !== '') {
    accepted.push(digest(`basic ${Buffer.from(config.basicAuth, 'utf8').toString('base64')}`));
    challenges.push('Basic realm="tracewell", charset="UTF-8"');
  }
  if (config.bearerToken !== '') {
    accepted.push(digest(`bearer ${config.bearerToken}`));
    challenges.push('Bearer realm="tracewell"');
  }
  return {
    required: accepted.length > 0,
    challenge: challenges.join(', '),
    allows: (authorization) => {
      if (accepted.length === 0) {
        return true;
      }
      const match = /^(\S+)\s+(.+)$/.exec(authorization ?? '');
      const given = digest(`${match?.[1]?.toLowerCase() ?? ''} ${match?.[2]?.trim() ?? ''}`);
      // Digests have one length, so the comparison takes the same time whatever was sent.
      return accepted.some((expected) => timingSafeEqual(expected, given));
    },
  };
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}
