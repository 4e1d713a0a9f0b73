// SPDX-License-Identifier: Apache-2.0
//
// Requests to every endpoint of the three ports, as data: routes with strange parameters, bodies that are mutated before or
// after compression, gRPC frames that lie, and bytes that are no HTTP.
import { deflateSync, gzipSync } from 'node:zlib';
import { jsonRequestOf, queryOf, requestOf } from './inputs.ts';
import { mutateBytes, mutateProtobuf } from './mutate-bytes.ts';
import { mutateJson, mutateQuery, mutateText, oddTexts } from './mutate-text.ts';
import type { Chance } from './random.ts';

export type Port = 'query' | 'http' | 'grpc';

/** What is sent; bodies are base64. */
export type EndpointInput =
  | {
      readonly kind: 'http';
      readonly port: Port;
      readonly method: string;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | {
      readonly kind: 'grpc';
      readonly port: Port;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      /** Whether the frames are as gRPC wants them, so that the answer must not blame the store. */
      readonly isFramed: boolean;
    }
  | { readonly kind: 'bytes'; readonly port: Port; readonly body: string };

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const v1 = '/tracewell/api/v1';
const range = ['start', 'end'];
const routes: readonly (readonly [path: string, parameters: readonly string[]])[] = [
  ['/api/search', ['q', 'tags', 'minDuration', 'maxDuration', 'limit', 'spss', ...range]],
  ['/api/search/tags', ['q', 'scope', 'limit', ...range]],
  ['/api/v2/search/tags', ['q', 'scope', 'limit', 'maxStaleValues', ...range]],
  ['/api/search/tag/*/values', ['q', 'limit', ...range]],
  ['/api/v2/search/tag/*/values', ['q', 'limit', ...range]],
  ['/api/traces/*', ['mode', ...range]],
  ['/api/v2/traces/*', ['mode', ...range]],
  ['/api/metrics/query_range', ['q', 'query', 'step', 'since', 'exemplars', 'maxSeries', ...range]],
  ['/api/metrics/query', ['q', 'query', 'since', 'maxSeries', ...range]],
  [`${v1}/search`, ['q', 'limit', 'spss', 'order', 'totals', 'minDuration', 'maxDuration', ...range]],
  [`${v1}/explain`, ['q', 'limit', 'spss', 'order', 'step', ...range]],
  [`${v1}/red`, ['q', 'step', 'roots', 'exemplars', 'by', ...range]],
  [`${v1}/service-graph`, ['q', ...range]],
  [`${v1}/capabilities`, []],
  [`${v1}/admin/jobs`, ['id']],
  [`${v1}/admin/jobs/*`, []],
  [`${v1}/admin/stats`, ['blocks']],
  [`${v1}/admin/export`, ['q', ...range]],
  ['/api/echo', ['q']],
  ['/api/status/buildinfo', []],
  ['/ready', []],
  ['/status', ['mode']],
  ['/status/*', ['mode']],
  ['/metrics', []],
  ['/*', []],
];
const streaming = [
  'Search',
  'SearchTags',
  'SearchTagsV2',
  'SearchTagValues',
  'SearchTagValuesV2',
  'MetricsQueryRange',
  'MetricsQueryInstant',
  'Nothing',
].map((method) => `/tempopb.StreamingQuerier/${method}`);
const exporting = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

/** Percent-encoded, halves of surrogate pairs as the bytes they would have. */
function encoded(text: string): string {
  return Array.from(text, (character) => {
    const code = character.charCodeAt(0);
    return character.length === 1 && code >= 0xd800 && code <= 0xdfff ? '%ED%A0%80' : encodeURIComponent(character);
  }).join('');
}

const seconds = Math.floor(Date.now() / 1000);
const plausible: Readonly<Record<string, (chance: Chance) => string>> = {
  q: (chance) => (chance.once(2) ? queryOf(chance) : mutateQuery(chance, queryOf(chance))),
  query: (chance) => mutateQuery(chance, queryOf(chance)),
  tags: (chance) => mutateText(chance, 'service.name=shop name="a b" status.code=error'),
  start: (chance) => String(chance.of([0, 1, seconds - 3600, seconds * 1e9, -1, 2 ** 31, 1e20])),
  end: (chance) => String(chance.of([0, 1, seconds, seconds + 3600, seconds * 1e9, 2 ** 53])),
  step: (chance) => chance.of(['1', '60', '5m', '0', '1ns', '-1', '1000000000', '0.001']),
  since: (chance) => chance.of(['1h', '0', '-1h', '999999h', '1']),
  order: (chance) => chance.of(['newest', 'slowest', 'most-spans', 'most-errors', 'oldest']),
  by: (chance) => chance.of(['name', '.x', 'resource.service.name', '{ }', 'event:name', 'parent.x']),
  scope: (chance) => chance.of(['span', 'resource', 'intrinsic', 'event', 'none', 'all']),
  limit: (chance) => chance.of(['1', '20', '0', '-1', '99999999999', '1.5']),
  mode: (chance) => chance.of(['ingesters', 'blocks', 'all', 'recent', 'diff']),
};
const pathPieces = [
  '..',
  '%2e%2e',
  '%00',
  '%',
  '%zz',
  '%ff%fe',
  'api',
  '.',
  '',
  'a'.repeat(3000),
  '0'.repeat(32),
  'name',
];

function parameterOf(chance: Chance, name: string): string {
  const make = plausible[name];
  const value =
    make === undefined || chance.once(5)
      ? chance.once(2)
        ? chance.of(oddTexts)
        : String(chance.below(100))
      : make(chance);
  const text = chance.once(25) ? chance.of(['%', '%zz', '%ff', '+', '&&', ';', '#', '=']) : encoded(value);
  return `${encoded(name)}=${text}`;
}

function wildcard(chance: Chance): string {
  return chance.of([
    () => chance.hex(32),
    () => chance.hex(16),
    () => encoded(chance.of(oddTexts)),
    () => encoded(mutateText(chance, 'resource.service.name')),
    () => chance.of(['name', '.x', 'span:kind', 'status', 'event:name', 'trace:id']),
    () => Array.from({ length: 1 + chance.below(4) }, () => chance.of(pathPieces)).join('/'),
  ])();
}

function queryRequest(chance: Chance): EndpointInput {
  const [route, names] = chance.of(routes);
  const parameters: string[] = [];
  for (const name of names) {
    if (!chance.once(3)) {
      parameters.push(parameterOf(chance, name));
    }
    if (chance.once(15)) {
      parameters.push(parameterOf(chance, name));
    }
  }
  const path = `${route.replace('*', () => wildcard(chance))}${parameters.length === 0 ? '' : `?${parameters.join('&')}`}`;
  const accept = chance.of(['application/json', 'application/protobuf', '*/*', 'text/html', 'a/b;q=2']);
  return {
    kind: 'http',
    port: 'query',
    method: chance.once(15) ? chance.of(['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) : 'GET',
    path,
    headers: { accept, ...(chance.once(5) ? { 'accept-encoding': chance.of(['gzip', 'gzip;q=0', 'br', 'x']) } : {}) },
  };
}

function adminRequest(chance: Chance): EndpointInput {
  const job = chance.of([
    '{"kind":"verify"}',
    '{"kind":"compact"}',
    '{"kind":"delete","what":{"traceId":"0af7651916cd43dd8448eb211c80319c"}}',
    '{"kind":"delete","what":{"query":"{ .fuzz = 1 }","wholeTraces":true,"start":"1","end":"2"}}',
    '{"kind":"delete","traceId":"0af7651916cd43dd8448eb211c80319c"}',
    '{"kind":"delete","query":"{ .fuzz = 1 }","wholeTraces":false}',
  ]);
  return {
    kind: 'http',
    port: 'query',
    method: 'POST',
    path: `${v1}/admin/jobs`,
    headers: {
      'content-type': chance.once(6) ? chance.of(['text/plain', '', 'application/json;x']) : 'application/json',
    },
    body: base64(Buffer.from(mutateJson(chance, job))),
  };
}

function exportRequest(chance: Chance): EndpointInput {
  const isJson = chance.once(3);
  const plain = isJson
    ? Buffer.from(chance.once(3) ? jsonRequestOf(chance) : mutateJson(chance, jsonRequestOf(chance)))
    : chance.once(3)
      ? requestOf(chance)
      : mutateProtobuf(chance, requestOf(chance));
  const encoding = chance.of(['', '', 'gzip', 'deflate', 'identity', 'zstd', 'gzip, gzip', 'GZIP']);
  let body: Uint8Array = plain;
  if (encoding.toLowerCase().startsWith('gzip') || encoding === 'deflate') {
    body = encoding === 'deflate' ? deflateSync(plain) : gzipSync(chance.once(30) ? new Uint8Array(5_000_000) : plain);
    if (chance.once(2)) {
      body = mutateBytes(chance, body);
    }
  }
  const types = [
    'application/x-protobuf',
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    '',
    'x',
  ];
  return {
    kind: 'http',
    port: 'http',
    method: 'POST',
    path: chance.once(15) ? `/v1/${chance.of(['metrics', 'logs', '', 'traces/', 'traces?x=1'])}` : '/v1/traces',
    headers: {
      'content-type': chance.once(8) ? chance.of(types) : isJson ? 'application/json' : 'application/x-protobuf',
      ...(encoding === '' ? {} : { 'content-encoding': encoding }),
    },
    body: base64(body),
  };
}

function frame(flag: number, length: number, message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flag;
  head.writeUInt32BE(length >>> 0, 1);
  return Buffer.concat([head, message]);
}

function grpcRequest(chance: Chance): EndpointInput {
  const isExport = chance.once(2);
  const plain = chance.once(3) ? requestOf(chance) : mutateProtobuf(chance, requestOf(chance));
  // Tempo's requests are small messages with a text in the first field.
  const question = mutateQuery(chance, queryOf(chance)).slice(0, 100);
  const asked = Buffer.concat([Buffer.of(0x0a, Buffer.byteLength(question) & 0x7f), Buffer.from(question)]);
  const message = isExport ? plain : chance.once(2) ? asked : mutateProtobuf(chance, asked);
  const zipped = gzipSync(message);
  const shape = chance.below(8);
  const timeout = chance.once(10) ? chance.of(['1S', '0n', '-1S', '99999999999H', 'x']) : '';
  const bodies: readonly (() => Buffer)[] = [
    () => frame(0, message.length, message),
    () => frame(0, message.length, message),
    () => frame(1, zipped.length, zipped),
    () => frame(1, zipped.length, mutateBytes(chance, zipped)),
    () => frame(0, message.length + chance.of([1, 1000, 2 ** 30, -1]), message),
    () => Buffer.concat([frame(0, message.length, message), frame(0, message.length, message)]),
    () => frame(chance.of([2, 255]), message.length, message),
    () => Buffer.from(mutateBytes(chance, frame(0, message.length, message))),
  ];
  return {
    kind: 'grpc',
    port: isExport ? 'grpc' : 'query',
    path: isExport ? (chance.once(20) ? '/other.Service/Call' : exporting) : chance.of(streaming),
    headers: {
      'content-type': chance.once(20) ? chance.of(['application/grpc+json', 'text/plain', '']) : 'application/grpc',
      te: 'trailers',
      ...(shape === 2 || shape === 3 || chance.once(20)
        ? { 'grpc-encoding': chance.of(['gzip', 'gzip', 'deflate', 'x']) }
        : {}),
      ...(timeout === '' ? {} : { 'grpc-timeout': timeout }),
    },
    body: base64(bodies[shape]?.() ?? Buffer.alloc(0)),
    // grpc-js itself answers 13 (internal) to a timeout that is none.
    isFramed: shape < 2 && timeout === '',
  };
}

function bytesRequest(chance: Chance): EndpointInput {
  const plain = chance.of([
    'GET /api/search?q={} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    'POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
    'POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u0000\u0000\u0000\u0004\u0000\u0000\u0000\u0000\u0000',
  ]);
  return {
    kind: 'bytes',
    port: chance.of<Port>(['query', 'http', 'grpc']),
    body: base64(mutateBytes(chance, Buffer.from(plain, 'latin1'))),
  };
}

/** The request of a run; the same for the same chance. */
export function endpointInput(chance: Chance): EndpointInput {
  switch (chance.below(10)) {
    case 0:
      return bytesRequest(chance);
    case 1:
      return adminRequest(chance);
    case 2:
    case 3:
      return grpcRequest(chance);
    case 4:
    case 5:
      return exportRequest(chance);
    default:
      return queryRequest(chance);
  }
}

/** For counting: what was asked, without what was asked for. */
export function endpointName(input: EndpointInput): string {
  if (input.kind === 'bytes') {
    return `bytes to ${input.port}`;
  }
  const path = input.path.split('?')[0] ?? '';
  if (input.kind === 'grpc') {
    return `gRPC ${path.split('/').at(-1) ?? ''}`;
  }
  const route = routes.find(([known]) => {
    const [head = '', tail = ''] = known.split('*');
    return known.includes('*') ? path.startsWith(head) && path.endsWith(tail) : path === known;
  });
  return `${input.port} ${route?.[0] ?? (input.port === 'http' ? '/v1/...' : '/*')}`;
}
