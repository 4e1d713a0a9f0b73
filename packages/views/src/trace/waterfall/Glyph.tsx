// SPDX-License-Identifier: Apache-2.0
//
// The few signs inside rows, as paths: @grafana/ui's Icon loads each by URL and keeps state, too much for rows that
// come and go while scrolling.

const paths = {
  expanded: 'M2 4l4 4 4-4',
  collapsed: 'M4 2l4 4-4 4',
} as const;

interface GlyphProps {
  readonly kind: keyof typeof paths;
}

/** A chevron, 12 px, in the text's colour. */
export function Glyph({ kind }: GlyphProps) {
  return (
    <svg width="12" height="12" aria-hidden="true">
      <path d={paths[kind]} fill="none" stroke="currentColor" strokeWidth="1.5" />
    </svg>
  );
}
