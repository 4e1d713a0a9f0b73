// SPDX-License-Identifier: Apache-2.0
//
// Other tracing back ends that run already, driven with the same bytes and the same questions in the same run:
// `--vs tempo=OTLP_URL,PID[,QUERY_URL]`. A peer with a query address is asked what it can answer: Tempo's API for
// `tempo...`, Jaeger's trace by id for `jaeger...`.
import type { Question } from './queries.ts';

export interface Peer {
  readonly name: string;
  readonly otlpHttp: string;
  readonly pid: number;
  readonly http?: string;
}

/** Reads the value of `--vs`; throws if it is not of the form above. */
export function parsePeer(text: string): Peer {
  const match = /^([\w.-]+)=(https?:\/\/[^,]+),(\d+)(?:,(https?:\/\/[^,]+))?$/.exec(text);
  const [, name = '', otlpHttp = '', pid = '', http] = match ?? [];
  if (match === null) {
    throw new Error(`--vs: expected NAME=OTLP_URL,PID[,QUERY_URL], found ${JSON.stringify(text)}`);
  }
  return {
    name,
    otlpHttp: otlpHttp.replace(/\/$/, ''),
    pid: Number(pid),
    ...(http === undefined ? {} : { http: http.replace(/\/$/, '') }),
  };
}

/** The same question in the peer's API; undefined if it has none for it. */
export function questionFor(peer: Peer, question: Question): Question | undefined {
  if (peer.name.startsWith('jaeger')) {
    return question.name === 'trace by id'
      ? { ...question, path: (round) => question.path(round).replace('/api/v2/traces/', '/api/traces/') }
      : undefined;
  }
  return question.path(0).startsWith('/api/') ? question : undefined;
}
