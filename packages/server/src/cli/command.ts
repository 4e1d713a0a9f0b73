// SPDX-License-Identifier: Apache-2.0
//
// The command line: `tracewell serve | explain | version | help`. Exit codes: 0 for a clean end, 1 if the store
// cannot start or fails, 2 for a wrong command line. Expected failures are one clear line, never a stack.
import { StoreError, type Store, type StoreHooks, type StoreOptions } from '@tracewell/store';
import { helpForOptions } from '../documents/configuration-document.ts';
import type { Config } from '../config/options.ts';
import { parseConfig, UsageError } from '../config/parse.ts';
import { StartError } from '../listen/listener.ts';
import { startServer } from '../server.ts';
import { explainUsage, runExplain } from './explain.ts';
import { createLog, type LogSink } from '../telemetry/log.ts';

/** What a command works with; the process itself outside of tests. */
export interface CommandContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly consoleDir: string;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: LogSink;
  openStore(options: StoreOptions, hooks: StoreHooks): Promise<Store>;
  /** Resolves when the process is asked to end, with what asked. */
  untilAskedToStop(): Promise<string>;
  /** Tells a parent process, if there is one that listens, that the ports are open. */
  announce(ready: { readonly console: string; readonly otlpHttp: string; readonly otlpGrpc: string }): void;
}

const usage = `Usage: tracewell COMMAND

  serve     store traces, answer queries and show the console
  explain   run a query on a running store and print how it was run
  version   print the version
  help      print this, or with "serve" or "explain" its flags (also: tracewell serve --help)
`;

/** Runs one command and resolves to the exit code. */
export async function runCommand(args: readonly string[], context: CommandContext): Promise<number> {
  const [command, ...rest] = args;
  const wantsHelp = rest.includes('--help') || rest.includes('-h');
  switch (command) {
    case 'serve':
      if (wantsHelp) {
        context.stdout.write(`Usage: tracewell serve [flags]\n\n${helpForOptions()}\n`);
        return 0;
      }
      return serve(rest, context);
    case 'explain':
      if (wantsHelp) {
        context.stdout.write(explainUsage);
        return 0;
      }
      return runExplain(rest, context);
    case 'version':
    case '--version':
    case '-v':
      context.stdout.write(`tracewell ${context.version}\n`);
      return 0;
    case 'help':
    case '--help':
    case '-h':
      context.stdout.write(
        rest[0] === 'serve'
          ? `Usage: tracewell serve [flags]\n\n${helpForOptions()}\n`
          : rest[0] === 'explain'
            ? explainUsage
            : usage
      );
      return 0;
    default:
      context.stderr.write(
        command === undefined ? usage : `tracewell: no such command: ${JSON.stringify(command)}\n\n${usage}`
      );
      return 2;
  }
}

async function serve(args: readonly string[], context: CommandContext): Promise<number> {
  let store: Store | undefined;
  try {
    const config = parseConfig(args, context.environment);
    const log = createLog({ level: config.logLevel, format: config.logFormat }, context.stderr);
    // Asked early: a signal during the start must not be lost.
    const stop = context.untilAskedToStop();
    store = await context.openStore(toStoreOptions(config), {
      log: (level, message, fields = {}) => log[level](fields, message),
    });
    const server = await startServer({ ...context, config, store, log });
    const { urls } = server;
    log.info({ dataDir: config.dataDir, version: context.version }, 'the store is open');
    log.info(`console and queries on ${urls.console}`);
    log.info(`spans by OTLP: HTTP on ${urls.otlpHttp}, gRPC on ${urls.otlpGrpc}`);
    context.announce(urls);
    log.info(`stopping: ${await stop}`);
    await server.close();
    await store.close();
    store = undefined;
    log.info('stopped');
    return 0;
  } catch (error) {
    return reportFailure(error, context);
  } finally {
    await store?.close().catch(() => undefined);
  }
}

function reportFailure(error: unknown, { stderr }: CommandContext): number {
  if (error instanceof UsageError) {
    stderr.write(`${error.complaints.map((line) => `tracewell serve: ${line}`).join('\n')}\n`);
    return 2;
  }
  if (error instanceof StartError || (error instanceof StoreError && error.code !== 'internal')) {
    stderr.write(`tracewell serve: ${error.message}\n`);
    return 1;
  }
  stderr.write(
    `tracewell serve: unexpected failure: ${error instanceof Error ? String(error.stack) : String(error)}\n`
  );
  return 1;
}

/** The part of the configuration that the store takes. */
export function toStoreOptions(config: Config): StoreOptions {
  return {
    dataDir: config.dataDir,
    retention: { maxAgeMs: config.retentionAge, maxBytes: config.retentionBytes },
    limits: {
      maxSpansPerRequest: config.maxSpansPerRequest,
      maxAttributeBytes: config.maxAttributeBytes,
      maxSpanBytes: config.maxSpanBytes,
    },
    memoryLimitBytes: config.memoryLimit,
    threads: config.threads,
    maxBlockSpans: config.blockSpans,
    maxBlockAgeMs: config.blockAge,
    commitSpans: config.commitSpans,
    commitDelayMs: config.commitDelay,
    maxPendingSpans: config.maxPendingSpans,
    minFreeDiskBytes: config.minFreeDisk,
  };
}
