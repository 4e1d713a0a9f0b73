// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { parseOptions } from './options.ts';

describe('flags', () => {
  test('have defaults', () => {
    expect(parseOptions([])).toEqual({
      otlpEndpoint: 'http://127.0.0.1:4318',
      rate: 10,
      faults: ['nPlusOne', 'paymentFails'],
      metricsListen: { host: '127.0.0.1', port: 0 },
      loki: undefined,
      logs: undefined,
      help: false,
    });
  });

  test.each([
    ['--rate 0.5', { rate: 0.5 }],
    ['--fault none', { faults: [] }],
    ['--fault clockSkew,queueLag --fault badDeploy', { faults: ['clockSkew', 'queueLag', 'badDeploy'] }],
    ['--otlp-endpoint http://store:4318/', { otlpEndpoint: 'http://store:4318' }],
    ['--metrics-listen 0.0.0.0:9464 --allow-public', { metricsListen: { host: '0.0.0.0', port: 9464 } }],
    ['--metrics-listen [::1]:9464', { metricsListen: { host: '::1', port: 9464 } }],
    ['--loki http://127.0.0.1:3100 --logs -', { loki: 'http://127.0.0.1:3100', logs: '-' }],
    ['--help', { help: true }],
  ])('%s', (line, expected) => {
    expect(parseOptions(line.split(' '))).toMatchObject(expected);
  });

  test.each([
    ['--rate fast', '--rate should be a number from 0 to 1000, found "fast"'],
    ['--fault nplusone', /^--fault should be none or one of nPlusOne, .*, found "nplusone"$/],
    ['--otlp-endpoint 127.0.0.1:4318', '--otlp-endpoint should be an http or https URL, found "127.0.0.1:4318"'],
    ['--metrics-listen 0.0.0.0:1', '--metrics-listen should be 127.0.0.1:PORT unless --allow-public'],
    ['--metrics-listen 127.0.0.1:99999', '--metrics-listen should end with a port from 0 to 65535'],
    ['--speed 3', "Unknown option '--speed'"],
  ])('%s is refused', (line, message) => {
    expect(() => parseOptions(line.split(' '))).toThrow(message);
  });
});
