// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import {
  derivedFields,
  derivedFieldSettings,
  exemplarLabels,
  exemplarSettings,
  logsSettings,
  toJson,
  toYaml,
} from './link-settings.ts';

const ours = new Set(['tracewell', 'other']);

test('what is proposed is recognised once it is there', () => {
  expect(exemplarLabels(exemplarSettings('tracewell'), ours)).toEqual(['trace_id']);
  expect(derivedFields(derivedFieldSettings('other'), ours)).toEqual([
    'Trace id in text',
    'Trace id in JSON',
    'Trace id beside the line',
  ]);
});

describe('settings that do not lead to us', () => {
  test.each([
    undefined,
    null,
    {},
    { exemplarTraceIdDestinations: 'none', derivedFields: { name: 'x' } },
    { exemplarTraceIdDestinations: [null, 7, { name: 'a' }], derivedFields: [{ datasourceUid: 7 }] },
    exemplarSettings('tempo'),
    derivedFieldSettings('tempo'),
  ])('%j', (settings) => {
    expect(exemplarLabels(settings, ours)).toEqual([]);
    expect(derivedFields(settings, ours)).toEqual([]);
  });
});

test('the three forms of Loki do not overlap and take the id', () => {
  const id = '5b8efff798038103d269b633813fc60c';
  const regexes = Object.values(derivedFieldSettings('x')).flatMap((fields) =>
    Array.isArray(fields) ? fields.slice(0, 2).map(({ matcherRegex }: { matcherRegex: string }) => matcherRegex) : []
  );
  const matches = (line: string) => regexes.map((regex) => new RegExp(regex).exec(line)?.[1]);
  expect(matches(`level=info trace_id=${id} x`)).toEqual([id, undefined]);
  expect(matches(`{"trace_id": "${id}"}`)).toEqual([undefined, id]);
});

test('YAML for a provisioning file', () => {
  expect(toYaml(exemplarSettings('b c'))).toBe(`jsonData:
  exemplarTraceIdDestinations:
    - name: trace_id
      datasourceUid: b c
      urlDisplayLabel: View Trace`);
  expect(toYaml(logsSettings('loki'))).toBe(`jsonData:
  tracesToLogsV2:
    datasourceUid: loki
    spanStartTimeShift: '-1m'
    spanEndTimeShift: '1m'
    filterByTraceID: true
    tags:
      - key: service.name
        value: service_name`);
  expect(toYaml({ a: '${x}', b: "it's", c: 'null', d: String.raw`\b` })).toBe(`jsonData:
  a: '$\${x}'
  b: 'it''s'
  c: 'null'
  d: '\\b'`);
});

test('JSON for the HTTP API, in which `$` is `$`', () => {
  expect(JSON.parse(toJson({ a: '${x}' }))).toEqual({ jsonData: { a: '${x}' } });
});
