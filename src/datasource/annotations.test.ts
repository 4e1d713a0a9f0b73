// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { FieldType } from '@grafana/data';
import { toEvents } from './annotations.ts';

test('each trace of a table is a region from its start to its end', () => {
  const text = (name: string, value: string) => ({ name, type: FieldType.string, config: {}, values: [value] });
  const number = (name: string, value: number) => ({ name, type: FieldType.number, config: {}, values: [value] });
  const events = toEvents({
    length: 1,
    fields: [
      text('traceID', 'ab'),
      { ...number('startTime', 1000.5), type: FieldType.time },
      text('service', 'web'),
      text('name', '<b>GET</b>'),
      number('duration', 2_500_000),
      number('errors', 1),
    ],
  });
  expect(events).toEqual([
    {
      id: 'ab',
      time: 1000.5,
      timeEnd: 1003,
      isRegion: true,
      title: 'web: &lt;b&gt;GET&lt;/b&gt;',
      text: 'Trace ab',
      tags: ['web', 'error'],
    },
  ]);
});

test('another frame has none', () => {
  expect(toEvents({ length: 0, fields: [] })).toEqual([]);
});
