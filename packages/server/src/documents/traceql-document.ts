// SPDX-License-Identifier: Apache-2.0
//
// docs/traceql.md: TraceQL as this store reads it, by examples that a test runs.
import { intrinsicTable } from '@tracewell/traceql';
import { markdownTable } from './markdown-table.ts';
import type { Chapter, Example } from './traceql/example.ts';
import { metricsChapters } from './traceql/metrics.ts';
import { shopDrawings } from './traceql/shop.ts';
import { spanChapters } from './traceql/spans.ts';
import { traceChapters } from './traceql/traces.ts';

/** All chapters, in the order of the document. */
export const traceQlChapters: readonly Chapter[] = [...spanChapters, ...traceChapters, ...metricsChapters];

const MAX_QUERY_SHOWN = 200;

/** The whole of docs/traceql.md. */
export function traceQlDocument(): string {
  const parts = [
    '# TraceQL',
    '',
    '<!-- Made from packages/server/src/documents/traceql: UPDATE_DOCS=1 npx jest packages/server/src/documents -->',
    '',
    'The language of Grafana Tempo, as Tracewell reads it. `docs/compatibility.md` lists where the two differ. Every example',
    'here is run by a test against a store with these two traces, and what stands behind `//` is its answer: the trace, and',
    'the spans of it that were found.',
    '',
    '```text',
    ...Object.values(shopDrawings)
      .flatMap((drawing) => [...drawing.trim().split('\n'), ''])
      .slice(0, -1),
    '```',
    '',
    'A line is a service, a span, when it ran (a character is a millisecond) and its attributes. `Charge` also has two events',
    '(`retry` and `exception`), a link to the trace of the cart, and the attribute `app.tags` with the elements `gift` and',
    '`express`.',
    '',
  ];
  for (const chapter of traceQlChapters) {
    parts.push(`## ${chapter.title}`, '', chapter.text, '');
    if (chapter.title === 'Intrinsics') {
      parts.push(...intrinsics(), '');
    }
    for (const example of chapter.examples) {
      parts.push(...exampleLines(example), '');
    }
  }
  return `${parts.join('\n').trimEnd()}\n`;
}

function intrinsics(): string[] {
  const rows = [['name', 'without scope', 'type', 'meaning']];
  for (const [name, { legacy, type, documentation }] of Object.entries(intrinsicTable)) {
    rows.push([
      `\`${name}\``,
      legacy === undefined || legacy === name ? '' : `\`${legacy}\``,
      type,
      `${documentation}.`,
    ]);
  }
  return markdownTable(rows);
}

function exampleLines({ says, query, answer, shows }: Example): string[] {
  const shown = query.length > MAX_QUERY_SHOWN ? `${query.slice(0, MAX_QUERY_SHOWN)} ...` : query;
  const lines = answer.length === 0 ? ['nothing'] : answer;
  return [
    `${says}${shows === 'over time' ? ', in steps' : ''}:`,
    '',
    '```traceql',
    shown,
    ...lines.map((line) => `// ${line}`),
    '```',
  ];
}
