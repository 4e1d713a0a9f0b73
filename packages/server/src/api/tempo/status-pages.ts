// SPDX-License-Identifier: Apache-2.0
//
// Tempo's pages about the process, as text for people: what runs, in which version, what can be asked and with which
// configuration. Secrets are not shown. What Tempo has no counterpart for here (overrides of tenants, usage
// statistics, the runtime configuration) is answered 404.
import type { Store } from '@tracewell/store';
import type { FastifyInstance } from 'fastify';
import { options, type Config, type Option, type OptionName } from '../../config/options.ts';
import { describeFailure } from '../query-error.ts';

const TEXT = 'text/plain; charset=utf-8';

/** What the pages show. */
export interface StatusPagesOptions {
  readonly store: Pick<Store, 'status'>;
  readonly config: Config;
  readonly version: string;
  /** Routes of this port, known once all are added. */
  readonly routes: ReadonlySet<string>;
}

/** Adds /status and the pages below it. */
export function addStatusPages(server: FastifyInstance, pages: StatusPagesOptions): void {
  const page = (path: string, make: (query: URLSearchParams) => string | Promise<string>): void => {
    server.get<{ Querystring: Record<string, string> }>(path, async (request, reply) =>
      reply.type(TEXT).send(await make(new URLSearchParams(request.query)))
    );
  };
  const version = (): string => `tracewell ${pages.version}\n`;
  const endpoints = (): string => `${[...pages.routes].sort().join('\n')}\n`;
  const config = (query: URLSearchParams): string => configurationText(pages.config, query.get('mode'));
  page('/status/version', version);
  page('/status/services', () => servicesText(pages.store));
  page('/status/endpoints', endpoints);
  page('/status/config', config);
  page('/status', async (query) => [version(), await servicesText(pages.store), endpoints(), config(query)].join('\n'));
}

async function servicesText(store: Pick<Store, 'status'>): Promise<string> {
  try {
    const { spans, blocks, health, broken } = await store.status();
    const trouble = [
      ...(health.reason === '' ? [] : [`store: ${health.state}: ${health.reason}\n`]),
      ...broken.map((name) => `store: set aside or missing: ${name}\n`),
    ];
    return `store: Running (${spans} spans in ${blocks.length} blocks)\n${trouble.join('')}`;
  } catch (error) {
    return `store: Failed (${describeFailure(error).message})\n`;
  }
}

/** `flag: value` by line: all, those that differ from their default (`diff`), or the defaults themselves. */
function configurationText(config: Config, mode: string | null): string {
  const names = Object.keys(options).filter((name): name is OptionName => name in options);
  const lines = names.flatMap((name) => {
    const { flag, defaultText, secret } = options[name];
    const text = mode === 'defaults' ? defaultText : valueText(name, config);
    return mode === 'diff' && text === defaultText ? [] : [`${flag}: ${secret === true && text !== '' ? '***' : text}`];
  });
  return `${lines.join('\n')}\n`;
}

function valueText(name: OptionName, config: Config): string {
  const option: Option<unknown> = options[name];
  return option.kind.format(config[name]);
}
