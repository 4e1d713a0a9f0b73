// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { StoreError, type Store } from '@tracewell/store';
import { createServer } from 'node:net';
import { createFakeStore } from '../testing/fake-store.ts';
import { send } from '../testing/test-server.ts';
import { runCommand, type CommandContext } from './command.ts';

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly closed: number;
}

const anyPorts = ['--http-listen', '--otlp-http-listen', '--otlp-grpc-listen'].flatMap((flag) => [flag, '127.0.0.1:0']);

async function run(
  args: readonly string[],
  overrides: Partial<CommandContext> = {},
  store: Partial<Store> = {}
): Promise<Run> {
  let out = '';
  let err = '';
  let closed = 0;
  const code = await runCommand(args, {
    environment: {},
    version: '1.2.3',
    consoleDir: '/nowhere',
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
    openStore: () =>
      Promise.resolve(
        createFakeStore({
          close: () => {
            closed++;
            return Promise.resolve();
          },
          ...store,
        })
      ),
    untilAskedToStop: () => Promise.resolve('the test is over'),
    announce: () => undefined,
    ...overrides,
  });
  return { code, out, err, closed };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('version and help', async () => {
  expect(await run(['version'])).toMatchObject({ code: 0, out: 'tracewell 1.2.3\n' });
  expect((await run(['help'])).out).toContain('Usage: tracewell COMMAND');
  expect((await run(['serve', '--help'])).out).toContain('--retention-bytes BYTES');
});

describe('a wrong command line', () => {
  test.each([
    [[], 'Usage: tracewell COMMAND'],
    [['server'], 'tracewell: no such command: "server"'],
    [['serve', '--threads', 'x'], 'tracewell serve: --threads: found "x", expected a whole number from 1 to 256\n'],
  ])('%p', async (args, message) => {
    const { code, err, out } = await run(args);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(out).toBe('');
  });
});

describe('serve', () => {
  test('runs until it is asked to stop, then closes the store once', async () => {
    let answered = '';
    const urls: string[] = [];
    let ready = () => {};
    const isReady = new Promise<void>((resolve) => {
      ready = resolve;
    });
    const result = await run(['serve', ...anyPorts], {
      announce: ({ console }) => {
        urls.push(console);
        ready();
      },
      untilAskedToStop: async () => {
        await isReady;
        answered = (await send(`${urls[0] ?? ''}api/echo`)).text;
        return 'SIGTERM';
      },
    });
    expect(result).toMatchObject({ code: 0, closed: 1 });
    expect(answered).toBe('echo');
    expect(result.err).toContain('"reason":"SIGTERM","msg":"stopping"');
  });

  test.each([
    [['--memory-limit', '127MiB'], true],
    [['--memory-limit', '128MiB'], false],
    [['--memory-limit', '128MiB', '--threads', '3'], true],
    [[], false],
  ])('%p: warns of a memory limit that sealing may not do with: %p', async (flags, warns) => {
    const { code, err } = await run(['serve', ...anyPorts, ...flags]);
    expect(code).toBe(0);
    expect(err.includes('blocks may not be sealed: --memory-limit is small for --threads')).toBe(warns);
  });

  test('a store that takes long to open answers "starting" until it has', async () => {
    let finish = (): void => undefined;
    const mayOpen = new Promise<void>((resolve) => (finish = resolve));
    const port = await freePort();
    const answers: string[] = [];
    const result = await run(['serve', ...anyPorts, '--http-listen', `127.0.0.1:${port}`], {
      openStore: async (_options, { progress }) => {
        progress?.('block 3 of 40');
        await mayOpen;
        return createFakeStore();
      },
      untilAskedToStop: async () => {
        const ready = `http://127.0.0.1:${port}/ready`;
        let answer = '';
        while (answer !== 'ready') {
          answer = await send(ready).then(
            ({ text }) => text,
            () => ''
          );
          if (answer !== '' && answer !== answers.at(-1)) {
            answers.push(answer);
            finish();
          }
        }
        return 'SIGTERM';
      },
    });
    expect(result.code).toBe(0);
    expect(answers).toEqual(['not ready: the store is starting: block 3 of 40', 'ready']);
  });

  test('asked to stop while the store is being opened: it is closed when it is open, and the end is a clean one', async () => {
    let finish = (): void => undefined;
    const mayOpen = new Promise<void>((resolve) => (finish = resolve));
    const result = await run(['serve', ...anyPorts], {
      openStore: async () => {
        setTimeout(finish, 1000);
        await mayOpen;
        return createFakeStore();
      },
    });
    expect(result.code).toBe(0);
    expect(result.err).not.toContain('the store is open');
    expect(result.err).toContain('"msg":"stopped"');
  });

  test('a store that cannot be opened after a while: the ports are closed again', async () => {
    const port = await freePort();
    const result = await run(['serve', ...anyPorts, '--http-listen', `127.0.0.1:${port}`], {
      openStore: async () => {
        await new Promise((resolve) => setTimeout(resolve, 800));
        throw new StoreError('unreadable', 'cannot read ./data');
      },
      untilAskedToStop: () => new Promise(() => undefined),
    });
    expect(result).toMatchObject({ code: 1, err: 'tracewell serve: cannot read ./data\n' });
    await expect(send(`http://127.0.0.1:${port}/ready`)).rejects.toThrow('ECONNREFUSED');
  });

  test.each([
    ['locked', 'the folder ./data is in use by process 12'],
    ['newer-format', './data has format 9, this version reads up to 1'],
    ['unreadable', 'cannot read ./data'],
  ] as const)('%s: one line, exit code 1', async (code, message) => {
    const result = await run(['serve', ...anyPorts], {
      openStore: () => Promise.reject(new StoreError(code, message)),
    });
    expect(result).toMatchObject({ code: 1, err: `tracewell serve: ${message}\n` });
  });

  test('a port in use: one line that names the flag, and the store is closed again', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    for (const flag of ['--http-listen', '--otlp-http-listen', '--otlp-grpc-listen']) {
      const result = await run(['serve', ...anyPorts, flag, `127.0.0.1:${port}`]);
      expect(result).toMatchObject({
        code: 1,
        closed: 1,
        err: `tracewell serve: cannot listen on 127.0.0.1:${port}: the port is already in use by another process; choose another with ${flag}\n`,
      });
    }
    await new Promise((resolve) => other.close(resolve));
  });

  test('a certificate that cannot be read', async () => {
    const result = await run(['serve', ...anyPorts, '--tls-cert', '/nowhere/cert', '--tls-key', '/nowhere/key']);
    expect(result.code).toBe(1);
    expect(result.err).toMatch(/^tracewell serve: cannot read the file of --tls-cert: .*\/nowhere\/cert'\n$/);
  });
});
