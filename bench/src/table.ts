// SPDX-License-Identifier: Apache-2.0

/** Prints rows as a Markdown table. */
export function printTable(title: string, header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  process.stdout.write(`\n${title}\n\n${line(header)}\n${line(widths.map((width) => '-'.repeat(width)))}\n`);
  rows.forEach((row) => process.stdout.write(`${line(row)}\n`));
}
