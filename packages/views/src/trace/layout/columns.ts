// SPDX-License-Identifier: Apache-2.0
//
// How the width of the waterfall is shared out: the tree, the time, and a gutter right of the bars for the labels of those
// that end at the end.

const GUTTER = 84;
/** What "1.24 s" and a sign need. */
const NARROW_GUTTER = 60;
/** Narrower than this a tree shows no names any more. */
const LEAST_TREE = 160;

/** Widths in pixels; `treeShare` (0 to 1) is what the user wants, which a narrow panel cannot always give. */
export function columnWidths(width: number, treeShare: number): { treeWidth: number; gutter: number } {
  const treeWidth = Math.round(Math.max(width * treeShare, Math.min(LEAST_TREE, width * 0.4)));
  const rest = width - treeWidth;
  return { treeWidth, gutter: rest > 4 * GUTTER ? GUTTER : rest > 3 * NARROW_GUTTER ? NARROW_GUTTER : 0 };
}
