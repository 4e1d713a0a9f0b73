// SPDX-License-Identifier: Apache-2.0
//
// Tables in generated documents, padded as prettier pads them, so that the formatter has nothing to change.

/** Lines of a table; the first row is its head. Cells hold no line breaks; `|` is escaped here. */
export function markdownTable(rows: readonly (readonly string[])[]): string[] {
  const escaped = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const [head = [], ...body] = escaped;
  const widths = head.map((_, column) => Math.max(3, ...escaped.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)];
}
