// SPDX-License-Identifier: Apache-2.0
//
// From the command line and the environment to a checked configuration. Flags win over the
// environment, the environment over defaults. Every complaint names the flag or variable, what was
// found and what was expected, and all complaints come at once.
import { parseArgs } from 'node:util';
import { LEAST_MEMORY_BYTES, environmentVariable, options, type Config, type OptionName } from './options.ts';

/** The command line or the environment is wrong; the message has one line per complaint. */
export class UsageError extends Error {
  readonly complaints: readonly string[];
  constructor(complaints: readonly string[]) {
    super(complaints.join('\n'));
    this.name = 'UsageError';
    this.complaints = complaints;
  }
}

interface Setting {
  readonly source: string;
  readonly value: string;
}

const names = Object.keys(options).filter((name): name is OptionName => name in options);

/**
 * Reads the arguments after `serve`.
 *
 * @throws UsageError
 */
export function parseConfig(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>
): Config {
  const complaints: string[] = [];
  const flags = readFlags(args, complaints);
  const values = new Map<OptionName, unknown>();
  for (const name of names) {
    const option = options[name];
    const setting = flags.get(option.flag) ?? environmentSetting(option.flag, environment);
    if (setting === undefined) {
      values.set(name, option.defaultValue);
      continue;
    }
    const parsed = option.kind.schema.safeParse(setting.value);
    if (parsed.success) {
      values.set(name, parsed.data);
    } else {
      const found = option.secret === true ? 'a value of another form' : JSON.stringify(setting.value);
      complaints.push(`${setting.source}: found ${found}, expected ${option.kind.expected}`);
    }
  }
  for (const name of Object.keys(environment)) {
    if (name.startsWith('TRACEWELL_') && !isKnownVariable(name)) {
      complaints.push(`${name}: no such variable${suggestion(name, knownVariables(), '')}`);
    }
  }
  if (complaints.length > 0) {
    throw new UsageError(complaints);
  }
  const config = toConfig(values);
  const contradictions = checkTogether(config);
  if (contradictions.length > 0) {
    throw new UsageError(contradictions);
  }
  return config;
}

function readFlags(args: readonly string[], complaints: string[]): Map<string, Setting> {
  const known = new Map(names.map((name) => [options[name].flag, options[name]]));
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      [...known].map(([flag, option]) => [flag, { type: option.kind.placeholder === '' ? 'boolean' : 'string' }])
    ),
  });
  const found = new Map<string, Setting>();
  for (const token of tokens) {
    if (token.kind === 'positional') {
      complaints.push(`${JSON.stringify(token.value)}: unexpected argument, expected a flag such as --data-dir`);
    } else if (token.kind === 'option') {
      const option = known.get(token.name);
      if (option === undefined) {
        const candidates = [...known.keys()].map((flag) => `--${flag}`);
        complaints.push(`${token.rawName}: no such flag${suggestion(token.rawName, candidates, '; see --help')}`);
        continue;
      }
      const value = token.value ?? (option.kind.placeholder === '' ? 'true' : undefined);
      if (value === undefined) {
        complaints.push(`--${token.name}: no value, expected ${option.kind.expected}`);
        continue;
      }
      const before = found.get(token.name);
      const joined = before !== undefined && Array.isArray(option.defaultValue) ? `${before.value},${value}` : value;
      found.set(token.name, { source: `--${token.name}`, value: joined });
    }
  }
  return found;
}

function environmentSetting(
  flag: string,
  environment: Readonly<Record<string, string | undefined>>
): Setting | undefined {
  const source = environmentVariable(flag);
  const value = environment[source];
  return value === undefined ? undefined : { source, value };
}

function knownVariables(): string[] {
  return names.map((name) => environmentVariable(options[name].flag));
}

function isKnownVariable(name: string): boolean {
  // The demo and the tests have variables of their own.
  return name.startsWith('TRACEWELL_DEMO') || name.startsWith('TRACEWELL_TEST') || knownVariables().includes(name);
}

/** The complaints about values that are each right but do not go together. */
function checkTogether(config: Config): string[] {
  const complaints: string[] = [];
  if ((config.tlsCert === '') !== (config.tlsKey === '')) {
    complaints.push(
      config.tlsCert === ''
        ? '--tls-key: given without --tls-cert, expected both'
        : '--tls-cert: given without --tls-key, expected both'
    );
  }
  const hasCredentials = config.basicAuth !== '' || config.bearerToken !== '';
  for (const name of ['httpListen', 'otlpHttpListen', 'otlpGrpcListen'] as const) {
    const { host } = config[name];
    if (!isLoopback(host) && !hasCredentials && !config.allowPublic) {
      complaints.push(
        `--${options[name].flag}: ${JSON.stringify(host)} is reachable from other machines, expected a loopback ` +
          'address (127.0.0.1, ::1, localhost), or credentials (--basic-auth, --bearer-token), or --allow-public'
      );
    }
  }
  const ports = [config.httpListen, config.otlpHttpListen, config.otlpGrpcListen];
  const taken = new Map<string, string>();
  for (const [index, name] of (['httpListen', 'otlpHttpListen', 'otlpGrpcListen'] as const).entries()) {
    const listen = ports[index];
    if (listen === undefined || listen.port === 0) {
      continue;
    }
    const key = `${listen.host}:${listen.port}`;
    const other = taken.get(key);
    if (other !== undefined) {
      complaints.push(`--${options[name].flag}: ${key} is already used by --${other}, expected another port`);
    }
    taken.set(key, options[name].flag);
  }
  if (config.maxDecompressedBytes < config.maxBodyBytes) {
    complaints.push('--max-decompressed-bytes: smaller than --max-body-bytes, expected at least as much');
  }
  if (config.memoryLimit < LEAST_MEMORY_BYTES) {
    const { kind } = options.memoryLimit;
    complaints.push(
      `--memory-limit: ${kind.format(config.memoryLimit)}, expected at least ${kind.format(LEAST_MEMORY_BYTES)}`
    );
  }
  return complaints;
}

/** Only this machine can reach it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function toConfig(values: ReadonlyMap<OptionName, unknown>): Config {
  const config: Partial<Record<OptionName, unknown>> = {};
  for (const name of names) {
    config[name] = values.get(name);
  }
  assertConfig(config);
  return config;
}

/** Every value was parsed by its own schema, so only the presence is left to check. */
function assertConfig(config: Partial<Record<OptionName, unknown>>): asserts config is Config {
  for (const name of names) {
    if (config[name] === undefined) {
      throw new Error(`no value for the option ${name}`);
    }
  }
}

function suggestion(found: string, candidates: readonly string[], otherwise: string): string {
  const [best] = candidates
    .map((candidate) => ({ candidate, distance: editDistance(found.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= 4 ? `; did you mean ${best.candidate}?` : otherwise;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
