// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { Linter } from 'eslint';
import { debt, forbiddenImports, zones } from './boundaries.mjs';

/** What the linter says of a file in `zone` that imports `specifier`. */
function complaints(zone: string, specifier: string): number {
  const entry = zones.find(({ name }: { name: string }) => name === zone);
  if (entry === undefined) {
    throw new Error(`no zone ${zone}`);
  }
  const rule = { patterns: [{ regex: forbiddenImports(entry), message: 'see the table' }] };
  return new Linter().verify(`import '${specifier}';`, [{ rules: { 'no-restricted-imports': ['error', rule] } }])
    .length;
}

describe('the import table', () => {
  test.each([
    ['base', './assert.ts'],
    ['trace', '@tracewell/base'],
    ['traceql', 're2js'],
    ['store', 'node:fs'],
    ['store', '@tracewell/traceql'],
    ['server', 'fastify'],
    ['views', '@tracewell/analysis'],
    ['console', 'react-dom/client'],
    ['demo', '@opentelemetry/api'],
    ['panels/waterfall', '../../frames/trace-frame.ts'],
    ['datasource', './transport.ts'],
    ['app', '@grafana/runtime'],
  ])('%s may import %s', (zone, specifier) => {
    expect(complaints(zone, specifier)).toBe(0);
  });

  test.each([
    ['base', '@tracewell/trace'],
    ['trace', 'node:fs'],
    ['trace', '@tracewell/store'],
    ['analysis', 'react'],
    ['traceql', '@tracewell/trace'],
    ['protocols', 'protobufjs'],
    ['store', 'fastify'],
    ['server', '@tracewell/views'],
    ['views', '@tracewell/protocols'],
    ['views', 'node:path'],
    ['console', '@tracewell/store'],
    ['demo', '@tracewell/trace'],
    ['panels/waterfall', '../service-graph/module.ts'],
    ['panels/waterfall', '../../datasource/datasource.ts'],
    ['frames', '../host/layout-worker.ts'],
    ['app', '../panels/waterfall/module.ts'],
    ['model', '@tracewell/store'],
    ['trace', '@tracewell/base/src/assert.ts'],
  ])('%s must not import %s', (zone, specifier) => {
    expect(complaints(zone, specifier)).toBe(1);
  });

  test('has no debt', () => {
    expect(debt).toEqual([]);
  });
});
