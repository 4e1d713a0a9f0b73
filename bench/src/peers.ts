// SPDX-License-Identifier: Apache-2.0
//
// Other tracing back ends that run already, driven with the same bytes and the same questions in the same run. What they
// are asked is what their own API can answer, see queries.ts.
import type { OtlpAddresses } from './senders.ts';

export type Api = 'tempo' | 'jaeger';

export interface Peer {
  readonly name: string;
  readonly api: Api;
  readonly pid: number;
  /** Base URL of its query API. */
  readonly http: string;
  readonly otlp: OtlpAddresses;
}

const form = 'tempo=URL,PID[,otlp=URL][,grpc=HOST:PORT] (or jaeger=...; also NAME=OTLP_URL,PID,QUERY_URL)';

/**
 * Reads the value of `--vs`: the address of the query API and the process that is measured. The addresses for spans are
 * the usual ports on the same host unless they are given. Throws if it is not of the form above.
 */
export function parsePeer(text: string): Peer {
  const [, name = '', first = '', pid = '', rest = ''] =
    /^((?:tempo|jaeger)[\w.-]*)=(https?:\/\/[^,]+),(\d+)((?:,[^,]+)*)$/.exec(text) ?? [];
  const fields = rest.split(',').filter((field) => field !== '');
  const query = fields.find((field) => /^https?:\/\//.test(field));
  const field = (key: string) => fields.find((other) => other.startsWith(`${key}=`))?.slice(key.length + 1);
  const known = fields.every((other) => other === query || /^(otlp|grpc)=/.test(other));
  if (name === '' || !known) {
    throw new Error(`--vs: expected ${form}, found ${JSON.stringify(text)}`);
  }
  const http = withoutSlash(query ?? first);
  const { hostname } = new URL(http);
  return {
    name,
    api: name.startsWith('tempo') ? 'tempo' : 'jaeger',
    pid: Number(pid),
    http,
    otlp: {
      http: withoutSlash(field('otlp') ?? (query === undefined ? `http://${hostname}:4318` : first)),
      grpc: field('grpc') ?? `${hostname}:4317`,
    },
  };
}

function withoutSlash(url: string): string {
  return url.replace(/\/$/, '');
}
