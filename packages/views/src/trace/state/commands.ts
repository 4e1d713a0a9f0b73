// SPDX-License-Identifier: Apache-2.0
//
// Keys of the trace view: which key means what, and the words for the help overlay. One table for both, so that the
// help cannot lie.

export type Command =
  | 'down'
  | 'up'
  | 'page-down'
  | 'page-up'
  | 'first'
  | 'last'
  | 'expand'
  | 'collapse'
  | 'details'
  | 'focus-span'
  | 'next-match'
  | 'previous-match'
  | 'collapse-all'
  | 'expand-all'
  | 'zoom-in'
  | 'zoom-out'
  | 'zoom-all'
  | 'pan-left'
  | 'pan-right'
  | 'critical'
  | 'only-matches'
  | 'filter'
  | 'clear'
  | 'help';

export interface KeyBinding {
  readonly command: Command;
  /** Values of `KeyboardEvent.key`. */
  readonly keys: readonly string[];
  readonly shift?: boolean;
  readonly shown: readonly string[];
  readonly words: string;
}

export const keyBindings: readonly KeyBinding[] = [
  { command: 'down', keys: ['ArrowDown', 'j'], shown: ['\u2193', 'j'], words: 'Next row' },
  { command: 'up', keys: ['ArrowUp', 'k'], shown: ['\u2191', 'k'], words: 'Previous row' },
  {
    command: 'pan-left',
    keys: ['ArrowLeft'],
    shift: true,
    shown: ['Shift \u2190'],
    words: 'Move the time window left',
  },
  {
    command: 'pan-right',
    keys: ['ArrowRight'],
    shift: true,
    shown: ['Shift \u2192'],
    words: 'Move the time window right',
  },
  { command: 'expand', keys: ['ArrowRight', 'l'], shown: ['\u2192', 'l'], words: 'Expand, then first child' },
  { command: 'collapse', keys: ['ArrowLeft', 'h'], shown: ['\u2190', 'h'], words: 'Collapse, then parent' },
  { command: 'page-down', keys: ['PageDown'], shown: ['Page Down'], words: 'A page down' },
  { command: 'page-up', keys: ['PageUp'], shown: ['Page Up'], words: 'A page up' },
  { command: 'first', keys: ['Home'], shown: ['Home'], words: 'First row' },
  { command: 'last', keys: ['End'], shown: ['End'], words: 'Last row' },
  { command: 'details', keys: ['Enter'], shown: ['Enter'], words: 'Show or hide the details' },
  { command: 'focus-span', keys: ['f'], shown: ['f'], words: 'Zoom to the span' },
  { command: 'next-match', keys: ['n'], shown: ['n'], words: 'Next match' },
  { command: 'previous-match', keys: ['N'], shown: ['N'], words: 'Previous match' },
  { command: 'only-matches', keys: ['m'], shown: ['m'], words: 'Only matches' },
  { command: 'critical', keys: ['c'], shown: ['c'], words: 'Critical path only' },
  { command: 'collapse-all', keys: ['['], shown: ['['], words: 'Collapse all' },
  { command: 'expand-all', keys: [']'], shown: [']'], words: 'Expand all' },
  { command: 'zoom-in', keys: ['+', '='], shown: ['+'], words: 'Zoom in' },
  { command: 'zoom-out', keys: ['-'], shown: ['-'], words: 'Zoom out' },
  { command: 'zoom-all', keys: ['0'], shown: ['0'], words: 'Whole trace' },
  { command: 'filter', keys: ['/'], shown: ['/'], words: 'Filter and search' },
  { command: 'clear', keys: ['Escape'], shown: ['Esc'], words: 'Close, clear the filter' },
  { command: 'help', keys: ['?'], shown: ['?'], words: 'This help' },
];

/** As many of a KeyboardEvent as is needed. */
export interface PressedKey {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/** What the key means, or undefined; combinations with Ctrl, Alt and Meta belong to the browser. */
export function commandFor(pressed: PressedKey): Command | undefined {
  if (pressed.ctrlKey || pressed.altKey || pressed.metaKey) return undefined;
  const isArrow = pressed.key.startsWith('Arrow');
  return keyBindings.find(
    (binding) => binding.keys.includes(pressed.key) && (!isArrow || (binding.shift ?? false) === pressed.shiftKey)
  )?.command;
}
