// SPDX-License-Identifier: Apache-2.0
//
// docs/compatibility.md: how this store compares with Grafana Tempo, row by row, each with a test.
import { apiParts } from './compatibility/api.ts';
import { languageParts } from './compatibility/language.ts';
import type { CompatibilityPart } from './compatibility/row.ts';
import { markdownTable } from './markdown-table.ts';

/** All parts, in the order of the document. */
export const compatibilityParts: readonly CompatibilityPart[] = [...apiParts, ...languageParts];

/** The whole of docs/compatibility.md. */
export function compatibilityDocument(): string {
  const rows = compatibilityParts.flatMap((part) => part.rows);
  const count = (verdict: string): number => rows.filter((row) => row.verdict === verdict).length;
  const parts = [
    '# Tempo compatibility',
    '',
    '<!-- Made from packages/server/src/documents/compatibility: UPDATE_DOCS=1 npx jest packages/server/src/documents -->',
    '',
    'What speaks to Grafana Tempo can speak to Tracewell. This page compares the two, by the Tempo of August 2026 (3.1):',
    `${count('same')} things are the same, ${count('better')} better, ${count('different')} different and ${count('left out')} left out. Each row names the test that shows it; the last`,
    'column links to its file. What is left out answers 404 or is ignored, as the row says.',
    '',
  ];
  for (const { title, rows: own } of compatibilityParts) {
    const table = own.map(({ what, verdict, note, test }) => [
      what,
      verdict,
      note,
      `[${test.title.replace(/[[\]]/g, '')}](../${test.file})`,
    ]);
    parts.push(`## ${title}`, '', ...markdownTable([['what', '', 'here', 'test'], ...table]), '');
  }
  return `${parts.join('\n').trimEnd()}\n`;
}
