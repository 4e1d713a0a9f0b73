// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { LEAST_PAGE_HEIGHT, servicesRoom, traceRoom } from './room.ts';

describe('the trace view', () => {
  test('a panel of 400 x 300 shows the timeline and nothing else', () => {
    expect(traceRoom({ width: 400, height: 300 })).toEqual({
      header: false,
      findings: false,
      tools: false,
      minimap: false,
      details: 'over',
    });
  });
  test('a page has everything, however narrow', () => {
    for (const width of [360, 800, 1600]) {
      expect(traceRoom({ width, height: LEAST_PAGE_HEIGHT })).toMatchObject({
        header: true,
        findings: true,
        tools: true,
        minimap: true,
      });
    }
  });
  test('nothing goes when there is more room', () => {
    for (let width = 200; width <= 2000; width += 60) {
      for (let height = 100; height <= 1000; height += 30) {
        const small = traceRoom({ width, height });
        const large = traceRoom({ width: width + 60, height: height + 30 });
        for (const part of ['header', 'findings', 'tools', 'minimap'] as const) {
          expect([part, width, height, small[part] && !large[part]]).toEqual([part, width, height, false]);
        }
      }
    }
  });
  test('details go where there is room', () => {
    expect(traceRoom({ width: 1200, height: 600 }).details).toBe('side');
    expect(traceRoom({ width: 900, height: 600 }).details).toBe('below');
    expect(traceRoom({ width: 900, height: 400 }).details).toBe('over');
  });
});

test('the map gives its room to nothing else when it is small', () => {
  expect(servicesRoom({ width: 400, height: 300 })).toEqual({ panel: 'over', legend: false });
  expect(servicesRoom({ width: 1000, height: 600 })).toEqual({ panel: 'side', legend: true });
});
