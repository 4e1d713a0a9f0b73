// SPDX-License-Identifier: Apache-2.0
//
// Where log records go: JSON lines to a file or to standard output, and to Loki. Loki gets them in the three forms in which
// people really keep trace ids: in the text, in JSON, and as structured metadata.

import { createWriteStream } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { LogRecord } from './messages.ts';
import type { ServiceName } from './topology.ts';

export interface ServiceLog extends LogRecord {
  readonly service: ServiceName;
}

export interface LogSink {
  write(records: readonly ServiceLog[]): void;
  /** Sends what is waiting; takes at most a second. */
  close(): Promise<void>;
}

/** JSON lines; `-` is standard output. */
export function createLineSink(target: string): LogSink {
  const stream = target === '-' ? process.stdout : createWriteStream(target, { flags: 'a' });
  stream.on('error', (error: Error) =>
    process.stderr.write(`demo: cannot write logs to ${target}: ${error.message}\n`)
  );
  return {
    write(records) {
      stream.write(records.map((record) => `${JSON.stringify(toJson(record))}\n`).join(''));
    },
    close: () => new Promise((resolve) => (target === '-' ? resolve() : stream.end(() => resolve()))),
  };
}

function toJson({ timeUnixMilli, level, service, message, traceId, spanId, fields }: ServiceLog): object {
  const time = new Date(timeUnixMilli).toISOString();
  return { time, level, service, message, trace_id: traceId, span_id: spanId, ...fields };
}

const PUSH_EVERY_MS = 1_000;
/** Records that wait while Loki is away; older ones are dropped first. */
const MOST_WAITING = 5_000;

export function createLokiSink(url: string): LogSink {
  let waiting: ServiceLog[] = [];
  const push = async (): Promise<void> => {
    const records = waiting;
    waiting = [];
    if (records.length > 0 && !(await post(`${url}/loki/api/v1/push`, encodePush(records)))) {
      waiting = [...records, ...waiting].slice(-MOST_WAITING);
    }
  };
  const timer = setInterval(() => void push(), PUSH_EVERY_MS);
  return {
    write(records) {
      waiting.push(...records);
    },
    async close() {
      clearInterval(timer);
      await push();
    },
  };
}

interface LokiStream {
  readonly stream: Record<string, string>;
  readonly values: [string, string, Record<string, string>][];
}

/** Loki's push format: a stream for each set of labels. */
export function encodePush(records: readonly ServiceLog[]): string {
  const streams = new Map<string, LokiStream>();
  for (const record of records) {
    const key = `${record.service} ${record.level}`;
    let stream = streams.get(key);
    if (stream === undefined) {
      stream = { stream: { service_name: record.service, level: record.level }, values: [] };
      streams.set(key, stream);
    }
    stream.values.push([`${record.timeUnixMilli}000000`, ...lineOf(record)]);
  }
  return JSON.stringify({ streams: [...streams.values()] });
}

/** The line and its structured metadata, in the form that the service is used to. */
function lineOf(record: ServiceLog): [string, Record<string, string>] {
  const { service, level, message, traceId, spanId, fields } = record;
  const words = Object.entries(fields).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  switch (service) {
    case 'storefront':
    case 'checkout':
      return [JSON.stringify(toJson(record)), {}];
    case 'payment':
    case 'ledger': {
      const head = `level=${level} msg=${JSON.stringify(message)} trace_id=${traceId} span_id=${spanId}`;
      return [[head, ...words].join(' '), {}];
    }
    default:
      return [[message, ...words].join(' '), { trace_id: traceId, span_id: spanId }];
  }
}

/** Whether the receiver took it. A receiver that refuses for good (4xx) counts as having taken it. */
function post(url: string, body: string): Promise<boolean> {
  return new Promise((resolve) => {
    const { request: send } = url.startsWith('https:') ? https : http;
    const options = { method: 'POST', headers: { 'content-type': 'application/json' }, timeout: 1_000 };
    const request = send(url, options, (response) => {
      response.resume();
      response.on('end', () => resolve((response.statusCode ?? 500) < 500));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
    request.on('close', () => resolve(false));
    request.end(body);
  });
}
