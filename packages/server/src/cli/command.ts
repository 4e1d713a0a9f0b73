// SPDX-License-Identifier: Apache-2.0
//
// The command line. Exit codes: 0 for a clean end, 1 if the store cannot start, a command fails or finds damage, 2 for a
// wrong command line. Expected failures are one clear line, never a stack.
import { StoreError, type Store, type StoreHooks } from '@tracewell/store';
import { helpForOptions } from '../documents/configuration-document.ts';

import { memoryToSeal, options } from '../config/options.ts';
import { parseConfig, UsageError } from '../config/parse.ts';
import { StartError } from '../listen/listener.ts';
import { startServer, type RunningServer } from '../server.ts';
import { deleteUsage, runDelete } from './delete.ts';
import { explainUsage, runExplain } from './explain.ts';
import { exportUsage, runExport } from './export.ts';
import { importUsage, runImport } from './import.ts';
import type { OperateContext, Output } from './operate-context.ts';
import { runStats, statsUsage } from './stats.ts';
import { startingStore } from './starting-store.ts';
import { toStoreOptions } from './store-options.ts';
import { ArgumentError } from './target/arguments.ts';
import { CommandError } from './target/target.ts';
import { compactUsage, runCompact, runVerify, verifyUsage } from './verify.ts';
import { codeOf, messageOf } from '../telemetry/failure.ts';
import { createLog } from '../telemetry/log.ts';

/** What a command works with; the process itself outside of tests. */
export interface CommandContext extends OperateContext {
  readonly version: string;
  readonly consoleDir: string;
  /** Tells a parent process, if there is one that listens, that the ports are open. */
  announce(ready: { readonly console: string; readonly otlpHttp: string; readonly otlpGrpc: string }): void;
}

const usage = `Usage: tracewell COMMAND

  serve     store traces, answer queries and show the console
  explain   run a query on a running store and print how it was run
  stats     print what a store holds and what it costs
  verify    read a store back and compare it with itself
  export    write traces to a file
  import    store traces from files
  delete    delete a trace, or the spans that a query selects
  compact   merge small blocks
  version   print the version
  help      print this, or with a command its flags (also: tracewell serve --help)
`;

interface Command {
  readonly usage: () => string;
  readonly run: (args: readonly string[], context: CommandContext) => Promise<number>;
}

/** Commands that fail in one line. */
const operating = (name: string, usage: string, run: Command['run']): Command => ({
  usage: () => usage,
  run: (args, context) => runOperating(name, usage, () => run(args, context), context.stderr),
});

const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['serve', { usage: () => `Usage: tracewell serve [flags]\n\n${helpForOptions()}\n`, run: serve }],
  ['explain', { usage: () => explainUsage, run: runExplain }],
  ['stats', operating('stats', statsUsage, runStats)],
  ['verify', operating('verify', verifyUsage, runVerify)],
  ['export', operating('export', exportUsage, runExport)],
  ['import', operating('import', importUsage, runImport)],
  ['delete', operating('delete', deleteUsage, runDelete)],
  ['compact', operating('compact', compactUsage, runCompact)],
]);

/** Runs one command and resolves to the exit code. */
export async function runCommand(args: readonly string[], context: CommandContext): Promise<number> {
  const [name, ...rest] = args;
  const command = commands.get(name ?? '');
  if (command !== undefined) {
    if (rest.includes('--help') || rest.includes('-h')) {
      context.stdout.write(command.usage());
      return 0;
    }
    return command.run(rest, context);
  }
  switch (name) {
    case 'version':
    case '--version':
    case '-v':
      context.stdout.write(`tracewell ${context.version}\n`);
      return 0;
    case 'help':
    case '--help':
    case '-h':
      context.stdout.write(commands.get(rest[0] ?? '')?.usage() ?? usage);
      return 0;
    default:
      context.stderr.write(
        name === undefined ? usage : `tracewell: no such command: ${JSON.stringify(name)}\n\n${usage}`
      );
      return 2;
  }
}

async function runOperating(
  name: string,
  usageText: string,
  run: () => Promise<number>,
  stderr: Output
): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof CommandError || (error instanceof StoreError && error.code !== 'internal')) {
      stderr.write(`tracewell ${name}: ${error.message}\n`);
      return 1;
    }
    if (error instanceof UsageError) {
      stderr.write(`${error.complaints.map((line) => `tracewell ${name}: ${line}`).join('\n')}\n`);
      return 2;
    }
    if (error instanceof ArgumentError || codeOf(error).startsWith('ERR_PARSE_ARGS')) {
      stderr.write(`tracewell ${name}: ${messageOf(error)}\n\n${usageText}`);
      return 2;
    }
    stderr.write(
      `tracewell ${name}: unexpected failure: ${error instanceof Error ? String(error.stack) : String(error)}\n`
    );
    return 1;
  }
}

/** A store that opens faster has its ports opened after it; one that has much to read answers "starting" meanwhile. */
const EARLY_MS = 500;

/** Asked to stop during the start, the store gets so long to be open and closed in order. */
const START_GRACE_MS = 4000;

async function serve(args: readonly string[], context: CommandContext): Promise<number> {
  let store: Store | undefined;
  let server: RunningServer | undefined;
  try {
    const config = parseConfig(args, context.environment);
    const log = createLog({ level: config.logLevel, format: config.logFormat }, context.stderr);
    if (config.memoryLimit < memoryToSeal(config.threads)) {
      const { kind } = options.memoryLimit;
      log.warn(
        { memoryLimit: kind.format(config.memoryLimit), needed: kind.format(memoryToSeal(config.threads)) },
        'blocks may not be sealed: --memory-limit is small for --threads'
      );
    }
    // Asked early: a signal during the start must not be lost.
    const stop = context.untilAskedToStop();
    const listeners: NonNullable<StoreHooks['log']>[] = [];
    let doing = '';
    const opening = context.openStore(toStoreOptions(config), {
      progress: (what) => {
        doing = what;
      },
      log: (level, message, fields = {}) => {
        log[level](fields, message);
        listeners.forEach((listener) => listener(level, message, fields));
      },
    });
    const onStoreLog = (listener: NonNullable<StoreHooks['log']>): void => void listeners.push(listener);
    store = (await within(EARLY_MS, opening)) ?? startingStore(opening, () => doing);
    server = await startServer({ ...context, config, store, log, onStoreLog });
    const { urls } = server;
    const isOpen = await Promise.race([opening.then(() => true), stop.then(() => false)]);
    if (isOpen) {
      log.info({ dataDir: config.dataDir, version: context.version }, 'the store is open');
      log.info({ url: urls.console }, 'listening for queries, and showing the console');
      log.info({ http: urls.otlpHttp, grpc: urls.otlpGrpc }, 'listening for spans');
      context.announce(urls);
    }
    log.info({ reason: await stop }, 'stopping');
    await server.close();
    server = undefined;
    const closed = store.close().then(() => true);
    store = undefined;
    // What is still being read is as it was, as after a kill: nothing has been taken yet.
    const isClosed = isOpen ? await closed : ((await within(START_GRACE_MS, closed)) ?? false);
    if (isClosed) {
      log.info('stopped');
    } else {
      log.info('stopped while the store was being opened');
    }
    return 0;
  } catch (error) {
    return reportFailure(error, context);
  } finally {
    await server?.close(0);
    await store?.close().catch(() => undefined);
  }
}

/** Undefined if it takes longer; rejects as the promise does. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
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
