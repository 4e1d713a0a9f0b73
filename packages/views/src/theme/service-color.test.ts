// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { serviceColor, serviceColorIndex, serviceMark, servicePalette, serviceSwatch } from './service-color.ts';

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a) + 0.05, luminance(b) + 0.05];
  return Math.max(x, y) / Math.min(x, y);
}

describe('the palette', () => {
  test('can be read on the canvas of both themes', () => {
    for (const color of servicePalette.dark) expect(contrast(color, '#181b1f')).toBeGreaterThanOrEqual(3);
    for (const color of servicePalette.light) expect(contrast(color, '#ffffff')).toBeGreaterThanOrEqual(3);
  });
  test('has no red', () => {
    for (const color of [...servicePalette.dark, ...servicePalette.light]) {
      const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16));
      expect(r > 150 && g < 90 && b < 110).toBe(false);
    }
  });
});

describe('a service', () => {
  test('keeps its colour: these are pinned, people remember them', () => {
    expect(['storefront', 'cart', 'catalog', 'checkout', 'payment'].map(serviceColorIndex)).toEqual([11, 6, 15, 4, 14]);
    expect(serviceColor('cart', { isDark: true })).toBe('#fdce3e');
    expect(serviceColor('cart', { isDark: false })).toBe('#b38e03');
  });
  test('keeps its mark; those of the demo shop have none', () => {
    expect(['storefront', 'cart', 'catalog', 'checkout', 'payment'].map(serviceMark)).toEqual([0, 0, 0, 0, 0]);
    expect(['orders', 'users', 'billing', 'search'].map(serviceMark)).toEqual([0, 1, 2, 2]);
    expect(serviceSwatch('cart', { isDark: true })).toBe('#fdce3e');
  });
  test('marks tell services of one colour apart, in equal parts', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 4800; i++) {
      const swatch = serviceSwatch(`service-${String(i)}`, { isDark: true });
      counts.set(swatch, (counts.get(swatch) ?? 0) + 1);
    }
    expect(counts.size).toBe(48);
    for (const count of counts.values()) expect(count).toBeGreaterThan(50);
  });
  test('any name has a colour', () => {
    for (const name of ['', 'x', '\u{1f600}', 'unknown_service:node']) {
      expect(serviceColor(name, { isDark: true })).toMatch(/^#[0-9a-f]{6}$/);
    }
  });
});
