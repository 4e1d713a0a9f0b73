// SPDX-License-Identifier: Apache-2.0
import type { VocabularyEntry } from '@tracewell/traceql';

/** What `with(...)` can say. */
export const hints: readonly VocabularyEntry[] = [
  {
    name: 'most_recent',
    signature: 'with(most_recent = true)',
    documentation: 'The newest matches; here they always are',
  },
  { name: 'order', signature: 'with(order = "slowest")', documentation: 'Which traces come first (Tracewell only)' },
  {
    name: 'exemplars',
    signature: 'with(exemplars = 20)',
    documentation: 'How many examples a metric brings; false for none',
  },
  {
    name: 'sample',
    signature: 'with(sample = true)',
    documentation: 'Lets Tempo estimate; Tracewell counts all the same',
  },
];
