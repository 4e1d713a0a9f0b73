// SPDX-License-Identifier: Apache-2.0
//
// What the help of the services says; ServiceMap and MapNode handle these keys.
import type { KeyLine } from '../states/index.ts';

export const servicesKeys: readonly KeyLine[] = [
  { keys: ['Tab'], words: 'The next call, the next service' },
  { keys: ['Enter'], words: 'Choose it: numbers and traces at the side' },
  { keys: ['f', 'double click'], words: 'Focus on the service: only it and its neighbours' },
  { keys: ['wheel'], words: 'Zoom the map; drag its ground to move it' },
  { keys: ['Esc'], words: 'Choose nothing' },
  { keys: ['?'], words: 'This help' },
];
