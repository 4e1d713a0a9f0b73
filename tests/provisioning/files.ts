// SPDX-License-Identifier: Apache-2.0
//
// The files that start the loop, read as what they are.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

export const root = path.join(__dirname, '../..');

export const readText = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** A YAML or JSON file; the caller says what is in it. */
export const read = <T>(file: string): T =>
  (file.endsWith('.json') ? JSON.parse(readText(file)) : parse(readText(file))) as T;

export const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(path.join(root, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`);

export interface ComposeService {
  readonly build?: { readonly target: string; readonly args?: Record<string, string> };
  readonly image?: string;
  readonly command?: readonly string[];
  readonly environment?: Record<string, string>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Record<string, { condition: string }>;
}

export interface Compose {
  readonly services: Record<string, ComposeService>;
  readonly volumes: Record<string, null>;
}

export interface DerivedField {
  readonly name: string;
  readonly matcherType: 'regex' | 'label';
  readonly matcherRegex: string;
  readonly datasourceUid: string;
  readonly url: string;
  readonly urlDisplayLabel: string;
}

export interface DataSource {
  readonly name: string;
  readonly uid: string;
  readonly type: string;
  readonly url: string;
  readonly jsonData: { readonly derivedFields?: readonly DerivedField[] };
}

/** All data sources that are provisioned. */
export const dataSources = (): DataSource[] =>
  filesIn('provisioning/datasources', '.yaml').flatMap((file) => read<{ datasources: DataSource[] }>(file).datasources);

/** Every value of a key named `key`, anywhere in `value`. */
export function valuesOf(value: unknown, key: string): unknown[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(name === key ? [inner as unknown] : []),
    ...valuesOf(inner, key),
  ]);
}
