// SPDX-License-Identifier: Apache-2.0
//
// The only colours of our own: one per service, the same on every screen and after every reload. The palette was
// picked by the greatest least distance (OKLab) between any two entries under normal, protan, deutan and tritan
// vision, and from Grafana's reds, which are kept for errors. An index has the same hue in both themes; every
// entry has a contrast of at least 3:1 against the theme's canvas. Sixteen is as many as can be told apart; so that two
// services of one colour can be, too, each has one of three marks: its swatch is whole, or cut once or twice.

/** As many of GrafanaTheme2 as is needed here. */
export interface ThemeBrightness {
  readonly isDark: boolean;
}

export const servicePalette: { readonly dark: readonly string[]; readonly light: readonly string[] } = {
  dark: [
    '#ae6f43',
    '#828ffd',
    '#7bd9f9',
    '#c88ec3',
    '#946abd',
    '#6fc29b',
    '#fdce3e',
    '#98b224',
    '#c4a4fe',
    '#0d9296',
    '#93deaf',
    '#7370dc',
    '#af85db',
    '#5ecbce',
    '#be73b8',
    '#47b09e',
  ],
  light: [
    '#793e0d',
    '#5057bf',
    '#3699b7',
    '#8d5688',
    '#623887',
    '#318662',
    '#b38e03',
    '#647705',
    '#8868bd',
    '#0b5b5e',
    '#549e72',
    '#473ca3',
    '#784fa0',
    '#008e91',
    '#853e81',
    '#0a7667',
  ],
};

// The seed at which the services of the demo shop land on colours of their own. Never change it: people remember
// the colours of their services.
const HASH_SEED = 156_866;
// The seed at which their swatches are whole. Never change it either.
const MARK_SEED = 9_675_857;
const MARKS = 3;

/** FNV-1a over UTF-16 units, mixed. */
function hashOf(name: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 16_777_619);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Place of a service in the palette: a stable hash, 0 to 15. */
export function serviceColorIndex(name: string): number {
  return hashOf(name, HASH_SEED) % servicePalette.dark.length;
}

/** How often the swatch of a service is cut: a stable hash that has nothing to do with its colour, 0 to 2. */
export function serviceMark(name: string): number {
  return hashOf(name, MARK_SEED) % MARKS;
}

/** The colour of a service as `#rrggbb`; the same name always has the same colour within a theme. */
export function serviceColor(name: string, theme: ThemeBrightness): string {
  const palette = theme.isDark ? servicePalette.dark : servicePalette.light;
  return palette[serviceColorIndex(name)] ?? '#888888';
}

/** A swatch of a service as the value of a CSS `background`: its colour, cut across as often as its mark says. */
export function serviceSwatch(name: string, theme: ThemeBrightness): string {
  const color = serviceColor(name, theme);
  switch (serviceMark(name)) {
    case 1:
      return `linear-gradient(${color} 0 40%, transparent 40% 60%, ${color} 60%)`;
    case 2:
      return `linear-gradient(${color} 0 24%, transparent 24% 38%, ${color} 38% 62%, transparent 62% 76%, ${color} 76%)`;
    default:
      return color;
  }
}
