// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { createHostCheck, isOwnOrigin } from './host-check.ts';

describe('createHostCheck', () => {
  const loopback = createHostCheck('127.0.0.1', ['store.example']);
  test.each([
    ['localhost:3200', true],
    ['LOCALHOST', true],
    ['127.0.0.1:3200', true],
    ['127.1.2.3', true],
    ['[::1]:3200', true],
    ['store.example:443', true],
    ['store.example.', true],
    ['attacker.example', false],
    ['localhost.attacker.example', false],
    ['127.0.0.1.attacker.example', false],
    ['attacker@localhost', false],
    ['192.168.1.5:3200', false],
    ['', false],
    [undefined, false],
  ])('%p: %p', (host, expected) => {
    expect(loopback(host)).toBe(expected);
  });

  test('on all interfaces an address is fine, a foreign name is not', () => {
    const wildcard = createHostCheck('0.0.0.0', []);
    expect(wildcard('192.168.1.5:3200')).toBe(true);
    expect(wildcard('attacker.example')).toBe(false);
  });

  test('* allows every name', () => {
    expect(createHostCheck('0.0.0.0', ['*'])('attacker.example')).toBe(true);
  });
});

test.each([
  [undefined, 'localhost:3200', true],
  ['http://localhost:3200', 'localhost:3200', true],
  ['http://localhost:9999', 'localhost:3200', false],
  ['https://attacker.example', 'localhost:3200', false],
  ['null', 'localhost:3200', false],
])('isOwnOrigin(%p, %p): %p', (origin, host, expected) => {
  expect(isOwnOrigin(origin, host)).toBe(expected);
});
