// SPDX-License-Identifier: Apache-2.0
//
// Every option of `tracewell serve`, once: its flag, its environment variable, its kind, default and
// meaning. Parsing, --help and docs/configuration.md are all made from this table.
import {
  address,
  bytes,
  choice,
  duration,
  flag,
  integer,
  list,
  pattern,
  text,
  type ListenAddress,
  type ValueKind,
} from './values.ts';

/** One line of the table. */
export interface Option<T> {
  readonly flag: string;
  readonly section: Section;
  readonly kind: ValueKind<T>;
  readonly defaultValue: T;
  /** The default as a person would type it; '' for none. */
  readonly defaultText: string;
  /** One sentence without the full stop. */
  readonly description: string;
  /** The value must not be printed. */
  readonly secret?: boolean;
}

export const sections = ['Data', 'Addresses', 'Access', 'Limits', 'Tuning', 'Logging'] as const;
export type Section = (typeof sections)[number];

const loopback = (port: number): ListenAddress => ({ host: '127.0.0.1', port });

const data = {
  dataDir: option('data-dir', 'Data', text('DIR', 'a folder'), './data', 'Folder for everything that is stored'),
  retentionAge: option(
    'retention-age',
    'Data',
    duration,
    7 * 86_400_000,
    'A span is kept for at least so long after it arrived, and is gone at the latest a 24th of it, --block-age and a minute later (after a start, or after the clock was set forward, up to an hour later)'
  ),
  retentionBytes: option(
    'retention-bytes',
    'Data',
    bytes,
    10e9,
    'Blocks, their logs, temporary files and what was set aside stay together below this, with room for the block that is being sealed: what arrived first is deleted; a deleted block is not counted while a query still reads it'
  ),
  minFreeDisk: option(
    'min-free-disk',
    'Data',
    bytes,
    512 * 2 ** 20,
    'Spans are refused while the disk has less free space than this'
  ),
};

const addresses = {
  httpListen: option(
    'http-listen',
    'Addresses',
    address,
    loopback(3200),
    'Queries (HTTP and gRPC on one port), the console and /metrics'
  ),
  otlpHttpListen: option('otlp-http-listen', 'Addresses', address, loopback(4318), 'Spans by OTLP over HTTP'),
  otlpGrpcListen: option('otlp-grpc-listen', 'Addresses', address, loopback(4317), 'Spans by OTLP over gRPC'),
  httpPrefix: option(
    'http-prefix',
    'Addresses',
    pattern('/PATH', 'a path such as /tracewell, without a slash at its end', /^(\/[A-Za-z0-9._~-]+)+$/),
    '',
    'Path below which a proxy shows the query address'
  ),
};

const access = {
  allowPublic: option(
    'allow-public',
    'Access',
    flag,
    false,
    'Listen beyond this machine although no credentials are set'
  ),
  allowedHosts: option(
    'allowed-host',
    'Access',
    list('NAME,...', 'host names separated by commas'),
    [],
    'Further names by which clients may address the store; * allows every name'
  ),
  basicAuth: option(
    'basic-auth',
    'Access',
    pattern('USER:PASSWORD', 'USER:PASSWORD', /^[^:]+:.+$/),
    '',
    'Ask for this user and password on every port (better set by the environment variable)',
    true
  ),
  bearerToken: option(
    'bearer-token',
    'Access',
    pattern('TOKEN', 'a token without spaces', /^\S+$/),
    '',
    'Ask for this bearer token on every port (better set by the environment variable)',
    true
  ),
  admin: option(
    'admin',
    'Access',
    choice(['auto', 'on', 'off']),
    'auto',
    'Who may verify, compact, delete and export over HTTP: auto, clients that ask directly (not through a proxy such as ' +
      "Grafana's, and only with credentials if others can reach the port); on, who may query; off, nobody"
  ),
  tlsCert: option('tls-cert', 'Access', pattern('FILE', 'a file', /./), '', 'Certificate (PEM); needs --tls-key'),
  tlsKey: option('tls-key', 'Access', pattern('FILE', 'a file', /./), '', 'Private key (PEM); needs --tls-cert'),
  otlpCorsOrigins: option(
    'otlp-cors-origin',
    'Access',
    list('ORIGIN,...', 'origins such as https://shop.example separated by commas'),
    [],
    'Web pages that may send spans to the OTLP HTTP port; * allows all'
  ),
};

const limits = {
  maxBodyBytes: option('max-body-bytes', 'Limits', bytes, 16 * 2 ** 20, 'One export as it arrives (compressed)'),
  maxDecompressedBytes: option('max-decompressed-bytes', 'Limits', bytes, 64 * 2 ** 20, 'One export decompressed'),
  maxSpansPerRequest: option('max-spans-per-request', 'Limits', integer(1, 10_000_000), 200_000, 'Spans in one export'),
  maxAttributeBytes: option('max-attribute-bytes', 'Limits', bytes, 2 ** 20, 'One attribute value of a span'),
  maxSpanBytes: option('max-span-bytes', 'Limits', bytes, 4 * 2 ** 20, 'One encoded span'),
  maxPendingSpans: option(
    'max-pending-spans',
    'Limits',
    integer(1, 100_000_000),
    200_000,
    'Spans waiting for a commit; beyond it exporters are asked to try again later'
  ),
  maxQueryBytes: option('max-query-bytes', 'Limits', bytes, 128 * 2 ** 10, 'Length of a TraceQL query'),
  maxSearchLimit: option('max-search-limit', 'Limits', integer(1, 262_144), 10_000, 'Traces in one search answer'),
  maxResultBytes: option(
    'max-result-bytes',
    'Limits',
    bytes,
    64 * 2 ** 20,
    'One trace in an answer, encoded; about ten times that in memory while it is made'
  ),
  maxQueries: option(
    'max-queries',
    'Limits',
    integer(1, 1000),
    8,
    'Queries that run at once; opening a trace and completing attributes have as many places of their own'
  ),
  maxWaitingQueries: option(
    'max-waiting-queries',
    'Limits',
    integer(0, 100_000),
    200,
    'Queries that wait for their turn; beyond it clients are asked to try again later'
  ),
  queryTimeout: option('query-timeout', 'Limits', duration, 30_000, 'Time for one query'),
};

const tuning = {
  memoryLimit: option(
    'memory-limit',
    'Tuning',
    bytes,
    288 * 2 ** 20,
    'Memory of the database engine. Blocks are sealed with 64MiB and 32MiB for each of --threads (128MiB with two of them); with less there is a warning, with less than 64MiB no start'
  ),
  threads: option('threads', 'Tuning', integer(1, 256), 2, 'Threads of the database engine'),
  blockSpans: option('block-spans', 'Tuning', integer(1, 100_000_000), 750_000, 'A block is sealed at this many spans'),
  blockAge: option('block-age', 'Tuning', duration, 30 * 60_000, 'A block is sealed at this age'),
  commitSpans: option('commit-spans', 'Tuning', integer(1, 1_000_000), 6000, 'Commit when this many spans wait'),
  commitDelay: option('commit-delay', 'Tuning', duration, 10, 'Commit when the first span has waited this long'),
};

const logging = {
  logLevel: option(
    'log-level',
    'Logging',
    choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    'info',
    'Least severe lines to write'
  ),
  logFormat: option(
    'log-format',
    'Logging',
    choice(['auto', 'json', 'pretty']),
    'auto',
    'auto: short lines on a terminal, JSON otherwise'
  ),
  selfTracing: option(
    'self-tracing',
    'Logging',
    flag,
    false,
    'Trace some of the own work (queries with their steps, exports, seals, merges, jobs) into the store, as the service tracewell'
  ),
};

/** With less the database engine does not work at all; an open block is read anew with so much, if slowly. */
export const LEAST_MEMORY_BYTES = 64 * 2 ** 20;

/** What sealing was measured to need for any number of spans: each thread sorts and compresses in memory of its own. */
export function memoryToSeal(threads: number): number {
  return LEAST_MEMORY_BYTES + threads * 32 * 2 ** 20;
}

/** All options by the name of their {@link Config} field. */
export const options = { ...data, ...addresses, ...access, ...limits, ...tuning, ...logging };

type Options = typeof options;
export type OptionName = keyof Options;

/** What `tracewell serve` runs with. Sizes in bytes, durations in milliseconds. */
export type Config = { readonly [Name in OptionName]: Options[Name]['defaultValue'] };

/** `--http-listen` is `TRACEWELL_HTTP_LISTEN` in the environment. */
export function environmentVariable(flagName: string): string {
  return `TRACEWELL_${flagName.toUpperCase().replaceAll('-', '_')}`;
}

function option<T>(
  flagName: string,
  section: Section,
  kind: ValueKind<T>,
  defaultValue: T,
  description: string,
  secret = false
): Option<T> {
  return { flag: flagName, section, kind, defaultValue, defaultText: kind.format(defaultValue), description, secret };
}
