// SPDX-License-Identifier: Apache-2.0
//
// What the help of the search says; ResultList and TraceQlEditor handle these keys.
import type { KeyLine } from '../states/index.ts';

export const searchKeys: readonly KeyLine[] = [
  { keys: ['/'], words: 'To the TraceQL line' },
  { keys: ['Enter'], words: 'In the line: search. In the list: open the trace' },
  { keys: ['\u2191', '\u2193', 'k', 'j'], words: 'In the list: up and down' },
  { keys: ['\u2192', '\u2190', 'x'], words: 'In the list: show and hide the matched spans' },
  { keys: ['Home', 'End', 'Page Up', 'Page Down'], words: 'In the list: far up and down' },
  { keys: ['Tab'], words: 'In the line: take the suggestion. Elsewhere: the next thing, also the dots of the heatmap' },
  { keys: ['\u2191', '\u2193'], words: 'In the line: queries from before' },
  { keys: ['F1'], words: 'In the line: what the word before the caret means' },
  { keys: ['Esc'], words: 'Close suggestions' },
  { keys: ['?'], words: 'This help' },
];
