// SPDX-License-Identifier: Apache-2.0
//
// The command line of the demo, checked. A wrong flag is answered with a sentence that names it.

import { parseArgs } from 'node:util';
import { defaultFaults, faultNames, isFaultName, type FaultName } from './faults.ts';

export interface Options {
  /** Base URL of an OTLP/HTTP receiver; `/v1/traces` is added. */
  readonly otlpEndpoint: string;
  /** Page views and clicks per second. */
  readonly rate: number;
  readonly faults: readonly FaultName[];
  /** Where `/metrics` and `/faults` listen. Beyond the loopback there is `/metrics` only. */
  readonly metricsListen: { readonly host: string; readonly port: number };
  /** Base URL of a Loki to push logs to. */
  readonly loki: string | undefined;
  /** `-` for standard output, else a file to append to. */
  readonly logs: string | undefined;
  readonly help: boolean;
}

export const usage = `The demo shop: services that call each other and send their traces.

  --otlp-endpoint URL      where traces go (OTLP over HTTP), default http://127.0.0.1:4318
  --rate N                 requests per second, default 10
  --fault NAME             what goes wrong; may be repeated or separated by commas, default ${defaultFaults.join(',')};
                           "none" for a healthy shop; one of ${faultNames.join(', ')}
  --metrics-listen H:P     where /metrics (OpenMetrics) and /faults (GET, POST) listen, default 127.0.0.1:0
  --allow-public           --metrics-listen may be an address of the network; other machines get /metrics only
  --logs FILE              append logs to this file as JSON lines; - for standard output
  --loki URL               push logs to this Loki
`;

/** A mistake on the command line; the message is meant for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function parseOptions(args: readonly string[]): Options {
  const { values } = parse(args);
  return {
    otlpEndpoint: parseUrl('--otlp-endpoint', values['otlp-endpoint'] ?? 'http://127.0.0.1:4318'),
    rate: parseRate(values.rate ?? '10'),
    faults: values.fault === undefined ? defaultFaults : parseFaults(values.fault),
    metricsListen: parseAddress(values['metrics-listen'] ?? '127.0.0.1:0', values['allow-public'] ?? false),
    loki: values.loki === undefined ? undefined : parseUrl('--loki', values.loki),
    logs: values.logs,
    help: values.help ?? false,
  };
}

// eslint cannot know that the return type follows from the literal below; it is inferred on purpose.
function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        'otlp-endpoint': { type: 'string' },
        rate: { type: 'string' },
        fault: { type: 'string', multiple: true },
        'metrics-listen': { type: 'string' },
        'allow-public': { type: 'boolean' },
        logs: { type: 'string' },
        loki: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function parseUrl(flag: string, text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new UsageError(`${flag} should be an http or https URL, found "${text}"`);
  }
  return text.replace(/\/+$/, '');
}

function parseRate(text: string): number {
  const rate = Number(text);
  if (text.trim() === '' || !Number.isFinite(rate) || rate < 0 || rate > 1000) {
    throw new UsageError(`--rate should be a number from 0 to 1000, found "${text}"`);
  }
  return rate;
}

function parseFaults(texts: readonly string[]): FaultName[] {
  const names = texts.flatMap((text) => text.split(',')).filter((name) => name !== '' && name !== 'none');
  return names.map((name) => {
    if (!isFaultName(name)) {
      throw new UsageError(`--fault should be none or one of ${faultNames.join(', ')}, found "${name}"`);
    }
    return name;
  });
}

function parseAddress(text: string, allowPublic: boolean): { readonly host: string; readonly port: number } {
  const [, host = '', digits = ''] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (host === '') {
    throw new UsageError(`--metrics-listen should be HOST:PORT, found "${text}"`);
  }
  if (host !== '127.0.0.1' && host !== 'localhost' && host !== '[::1]' && !allowPublic) {
    throw new UsageError(`--metrics-listen should be 127.0.0.1:PORT unless --allow-public is given, found "${text}"`);
  }
  if (port > 65535) {
    throw new UsageError(`--metrics-listen should end with a port from 0 to 65535, found "${text}"`);
  }
  return { host: host === '[::1]' ? '::1' : host, port };
}
