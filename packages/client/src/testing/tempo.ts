// SPDX-License-Identifier: Apache-2.0
//
// A Tempo that answers what a real one answered once (tempo-answers.json).
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { startServer } from './http.ts';
import type { TestServer } from './http.ts';

interface Recorded {
  readonly status: number;
  readonly contentType: string;
  readonly text?: string;
  readonly base64?: string;
}

interface Recording {
  readonly traceId: string;
  readonly answers: Readonly<Record<string, Recorded>>;
}

export const recording = JSON.parse(readFileSync(path.join(__dirname, 'tempo-answers.json'), 'utf8')) as Recording;

/** Starts it. `first`: only the first version of trace by id, as Tempo had it before 2.7. */
export function startTempo({ first = false } = {}): Promise<TestServer> {
  return startServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://tempo');
    const name = pathname.slice(1);
    const bad = name === 'api/search' && searchParams.get('q')?.includes('foo') === true;
    const trace = /^(api\/(?:v2\/)?traces)\//.exec(name)?.[1];
    const found =
      first && trace === 'api/v2/traces'
        ? undefined
        : (recording.answers[bad ? 'api/search?bad' : name] ??
          (trace === undefined ? undefined : recording.answers[`${trace}/none`]));
    const { status, contentType, text, base64 } = found ?? {
      status: 404,
      contentType: 'text/plain; charset=utf-8',
      text: '404 page not found\n',
    };
    response.writeHead(status, contentType === '' ? {} : { 'content-type': contentType });
    response.end(text ?? Buffer.from(base64 ?? '', 'base64'));
  });
}
