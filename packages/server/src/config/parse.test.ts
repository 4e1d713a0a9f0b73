// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { parseConfig, UsageError } from './parse.ts';
import { options } from './options.ts';

function complaintsOf(args: readonly string[], environment: Record<string, string> = {}): readonly string[] {
  try {
    parseConfig(args, environment);
  } catch (error) {
    if (error instanceof UsageError) {
      return error.complaints;
    }
    throw error;
  }
  return [];
}

describe('parseConfig', () => {
  test('without anything: the defaults, which can all be typed', () => {
    const config = parseConfig([], {});
    expect(config).toMatchObject({
      dataDir: './data',
      httpListen: { host: '127.0.0.1', port: 3200 },
      retentionAge: 7 * 86_400_000,
      retentionBytes: 10e9,
      allowedHosts: [],
    });
    const typed = Object.values(options)
      .filter((option) => option.kind.placeholder !== '' && option.defaultText !== '')
      .map((option) => `--${option.flag}=${option.defaultText}`);
    expect(parseConfig(typed, {})).toEqual(config);
  });

  test('a flag wins over the environment, the environment over the default', () => {
    const environment = { TRACEWELL_DATA_DIR: '/from-env', TRACEWELL_RETENTION_AGE: '1h30m', HOME: '/root' };
    expect(parseConfig(['--data-dir', '/from-flag'], environment)).toMatchObject({
      dataDir: '/from-flag',
      retentionAge: 5_400_000,
    });
  });

  test('lists: separated by commas, or the flag several times', () => {
    const config = parseConfig(['--allowed-host', 'a, b', '--allowed-host=c'], {});
    expect(config.allowedHosts).toEqual(['a', 'b', 'c']);
  });

  test('addresses beyond loopback with credentials or with permission', () => {
    const listen = ['--http-listen', '0.0.0.0:3200'];
    expect(complaintsOf(listen)).toEqual([
      expect.stringMatching(
        /^--http-listen: "0\.0\.0\.0" is reachable from other machines, expected .*--allow-public$/
      ),
    ]);
    expect(complaintsOf([...listen, '--allow-public'])).toEqual([]);
    expect(complaintsOf([...listen, '--bearer-token', 'secret'])).toEqual([]);
    expect(complaintsOf(['--http-listen', '[::1]:1'])).toEqual([]);
    expect(complaintsOf(['--otlp-grpc-listen', 'store.example:4317'])).toHaveLength(1);
  });

  test.each<[name: string, args: string[], complaint: string]>([
    ['not an address', ['--http-listen', '3200'], '--http-listen: found "3200", expected HOST:PORT with a port from 0'],
    ['a port too large', ['--http-listen', 'localhost:65536'], '--http-listen: found "localhost:65536", expected HOST'],
    [
      'not a duration',
      ['--retention-age', '7 days'],
      '--retention-age: found "7 days", expected a duration such as 7d',
    ],
    ['not a size', ['--retention-bytes=10XB'], '--retention-bytes: found "10XB", expected a size such as 10GB'],
    ['out of range', ['--threads', '0'], '--threads: found "0", expected a whole number from 1 to 256'],
    ['not a word', ['--log-level', 'loud'], '--log-level: found "loud", expected one of fatal, error'],
    ['an unknown flag', ['--data-dri', 'x'], '--data-dri: no such flag; did you mean --data-dir?'],
    ['a flag without its value', ['--data-dir'], '--data-dir: no value, expected a folder'],
    ['a stray argument', ['./data'], '"./data": unexpected argument'],
    ['a prefix with a slash at its end', ['--http-prefix', '/x/'], '--http-prefix: found "/x/", expected a path'],
    ['a certificate alone', ['--tls-cert', 'a.pem'], '--tls-cert: given without --tls-key'],
    ['one port twice', ['--http-listen', '127.0.0.1:4318'], '127.0.0.1:4318 is already used by --http-listen'],
    ['hardly any memory', ['--memory-limit', '1MiB'], '--memory-limit: 1MiB, expected at least 64MiB'],
    [
      'less decompressed than compressed',
      ['--max-decompressed-bytes', '1kB'],
      '--max-decompressed-bytes: smaller than',
    ],
  ])('%s', (_name, args, complaint) => {
    expect(complaintsOf(args).join('\n')).toContain(complaint);
  });

  test('a wrong variable is named as the variable, and unknown ones are told', () => {
    expect(complaintsOf([], { TRACEWELL_THREADS: 'two' })).toEqual([
      'TRACEWELL_THREADS: found "two", expected a whole number from 1 to 256',
    ]);
    expect(complaintsOf([], { TRACEWELL_DATADIR: 'x' })).toEqual([
      'TRACEWELL_DATADIR: no such variable; did you mean TRACEWELL_DATA_DIR?',
    ]);
  });

  test('a secret is never repeated', () => {
    expect(complaintsOf(['--basic-auth', 'hunter2']).join()).toBe(
      '--basic-auth: found a value of another form, expected USER:PASSWORD'
    );
  });

  test('all complaints come at once', () => {
    expect(complaintsOf(['--threads', 'x', '--log-level', 'y', '--nonsense-flag', 'z'])).toHaveLength(4);
  });
});
