// SPDX-License-Identifier: Apache-2.0
//
// `npm run notice` writes NOTICE: the licence of everything by others that the bundles contain, with its text.
// `--check` compares it with what is built now. A licence that is not on the list below is an error in both.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildTargets, distOf, targetNames } from './build.mjs';
import { readRecord } from './bundled-packages.mjs';

const root = path.join(import.meta.dirname, '..');
const file = path.join(root, 'NOTICE');

const allowed = new Set([
  ...[
    'MIT',
    'MIT-0',
    'ISC',
    '0BSD',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'Apache-2.0',
    'BlueOak-1.0.0',
    'CC0-1.0',
    'Unlicense',
  ],
  // Fonts.
  'OFL-1.1',
]);

/** Packages that name their licence in a file only, and how that begins. */
const namedInFile = { '@grafana/plugin-ui': { licence: 'Apache-2.0', begins: /^\s*Apache License\s+Version 2\.0/ } };

/** What is shipped as files, and not as code in a bundle. */
const shippedAsFiles = {
  server: ['node_modules/@duckdb/node-bindings'],
  console: ['node_modules/@fontsource/inter', 'node_modules/@fontsource/roboto-mono', 'node_modules/@grafana/ui'],
};

const headings = {
  server: 'The store',
  console: "The store's console",
  demo: 'The demo shop',
  plugin: 'The Grafana plugins',
};

/** The first licence of `A OR B` that is allowed. */
function chooseLicence(text) {
  const choices = String(text)
    .replace(/^\(|\)$/g, '')
    .split(' OR ');
  return choices.find((choice) => choice.split(' AND ').every((part) => allowed.has(part)));
}

function readPackage(folder) {
  const { name, version, license, licenses } = JSON.parse(
    readFileSync(path.join(root, folder, 'package.json'), 'utf8')
  );
  const declared = license?.type ?? license ?? licenses?.map(({ type }) => type).join(' OR ');
  const files = readdirSync(path.join(root, folder)).filter((entry) =>
    /^(licen[cs]e|copying|notice)([.-]|$)/i.test(entry)
  );
  const texts = files.map((entry) =>
    readFileSync(path.join(root, folder, entry), 'utf8')
      .replaceAll('\r\n', '\n')
      .trim()
  );
  const text = texts.join('\n\n');
  const known = namedInFile[name];
  const found = declared === undefined && known?.begins.test(text) ? known.licence : declared;
  return { name, version, declared: found, licence: chooseLicence(found), text };
}

function render(targets) {
  const byFolder = new Map();
  for (const { folders } of targets) {
    for (const folder of folders) {
      byFolder.set(folder, byFolder.get(folder) ?? readPackage(folder));
    }
  }
  const wrong = [...byFolder.values()].filter(({ licence }) => licence === undefined);
  if (wrong.length > 0) {
    const list = wrong.map(({ name, version, declared }) => `  ${name} ${version}: ${declared}`).join('\n');
    throw new Error(`The bundles contain packages whose licence is not on the list of tooling/notice.mjs:\n${list}`);
  }
  const title = ({ name, version }) => `${name} ${version}`;
  const lists = targets.map(({ name, folders }) => {
    const lines = folders.map((folder) => byFolder.get(folder)).map((found) => `  ${title(found)} (${found.licence})`);
    return `${headings[name]} contains:\n\n${[...new Set(lines)].sort().join('\n')}\n`;
  });
  const byText = new Map();
  for (const found of byFolder.values()) {
    const text =
      found.text === '' ? `Licensed under ${found.licence}; the package has no file with the text.` : found.text;
    byText.set(text, [...new Set([...(byText.get(text) ?? []), title(found)])].sort());
  }
  const line = '-'.repeat(78);
  const texts = [...byText]
    .sort(([, [a]], [, [b]]) => (a < b ? -1 : 1))
    .map(([text, names]) => `${line}\n${names.join('\n')}\n\n${text}\n`);
  return `Tracewell\n\nLicensed under the Apache License, Version 2.0 (see LICENSE). What is built from it contains work of others.\nThis file is written by \`npm run notice\`.\n\n${lists.join('\n')}\n${texts.join('\n')}`;
}

await buildTargets();
try {
  const text = render(
    targetNames.map((name) => ({
      name,
      folders: [...readRecord(distOf(name)), ...(shippedAsFiles[name] ?? [])],
    }))
  );
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text);
  } else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    throw new Error('NOTICE is not what the bundles contain now: npm run notice writes it anew');
  }
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
