// SPDX-License-Identifier: Apache-2.0
//
// The table of options as text: what `tracewell serve --help` prints, and docs/configuration.md.
import { markdownTable } from './markdown-table.ts';
import { environmentVariable, options, sections, type Section } from '../config/options.ts';

const optionsOf = (section: Section) => Object.values(options).filter((option) => option.section === section);

/** The options as an aligned list for a terminal. */
export function helpForOptions(): string {
  const flagOf = (option: { flag: string; kind: { placeholder: string } }) =>
    `--${option.flag} ${option.kind.placeholder}`.trim();
  const width = Math.max(...Object.values(options).map((option) => flagOf(option).length));
  const parts: string[] = [];
  for (const section of sections) {
    parts.push(`${section}:`);
    for (const option of optionsOf(section)) {
      const suffix = option.defaultText === '' ? '' : ` (default ${option.defaultText})`;
      const head = flagOf(option);
      if (head.length > 44) {
        parts.push(`  ${head}`, `  ${' '.repeat(Math.min(width, 44))}  ${option.description}${suffix}`);
      } else {
        parts.push(`  ${head.padEnd(Math.min(width, 44))}  ${option.description}${suffix}`);
      }
    }
    parts.push('');
  }
  parts.push('Each flag can also be set in the environment: --http-listen is TRACEWELL_HTTP_LISTEN.');
  return parts.join('\n');
}

/** The whole of docs/configuration.md. */
export function configurationDocument(): string {
  const parts = [
    '# Configuration of `tracewell serve`',
    '',
    '<!-- Made from packages/server/src/config/options.ts: UPDATE_DOCS=1 npx jest packages/server/src/documents -->',
    '',
    'A flag wins over its environment variable, the variable over the default. Sizes are written as `10GB`, `512MiB` or',
    'plain bytes, durations as `7d`, `12h`, `30s` or `250ms`. What is wrong is named with its value and what was expected,',
    'and the exit code is 2; a store that cannot start (port in use, folder locked or unreadable) exits with 1.',
    '',
  ];
  for (const section of sections) {
    const rows = [['flag', 'environment', 'default', 'meaning']];
    for (const option of optionsOf(section)) {
      rows.push([
        `\`${`--${option.flag} ${option.kind.placeholder}`.trim()}\``,
        `\`${environmentVariable(option.flag)}\``,
        option.defaultText === '' ? '' : `\`${option.defaultText}\``,
        `${option.description}.`,
      ]);
    }
    parts.push(`## ${section}`, '', ...markdownTable(rows), '');
  }
  return parts.join('\n');
}
