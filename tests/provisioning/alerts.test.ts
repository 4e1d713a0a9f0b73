// SPDX-License-Identifier: Apache-2.0
//
// The alert rules are what Prometheus takes, fire when they should and keep quiet when not, ask for metrics that the
// store has, and are explained.
import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import {
  storeCounterHelp,
  storeGaugeHelp,
  storeHistogramHelp,
} from '../../packages/server/src/telemetry/store-metrics.ts';
import { read, readText, root } from './files.ts';

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

const file = 'provisioning/prometheus/tracewell-alerts.yaml';
const rules = read<Rules>(file).groups.flatMap((group) => group.rules);

test('Prometheus loads the rules, in compose and in the loop', () => {
  expect(read<{ rule_files: string[] }>('provisioning/prometheus/prometheus.yml').rule_files).toEqual([
    path.basename(file),
  ]);
  expect(readText('tooling/loop.mjs')).toContain(`'${path.basename(file)}'`);
});

test('each rule is explained, and each is played through', () => {
  const names = rules.map(({ alert }) => alert);
  const documented = [...readText('docs/operations.md').matchAll(/^\| `(Tracewell\w+)` +\|/gm)].map(([, name]) => name);
  expect(documented.sort()).toEqual([...names].sort());
  const played = readText('tests/provisioning/alerts.yaml');
  expect(names.filter((name) => played.split(name).length !== 3)).toEqual([]);
});

test('rules ask for metrics that the store has', () => {
  const sources = ['metrics', 'store-metrics'].map((name) => readText(`packages/server/src/telemetry/${name}.ts`));
  const known = Object.keys({ ...storeCounterHelp, ...storeGaugeHelp, ...storeHistogramHelp });
  const asked = rules.flatMap(({ expr }) => expr.match(/tracewell_\w+/g) ?? []);
  const isKnown = (name: string): boolean => {
    const bare = name.replace(/_bucket$/, '');
    const own = bare.replace(/^tracewell_store_/, '');
    return known.includes(own) || sources.some((text) => text.includes(`'${bare}'`) || text.includes(`'${own}'`));
  };
  expect(asked.length).toBeGreaterThan(rules.length / 2);
  expect(asked.filter((name) => !isKnown(name))).toEqual([]);
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
(hasPromtool ? test : test.skip)('promtool plays the alert rules through', () => {
  for (const args of [
    ['check', 'config', 'provisioning/prometheus/prometheus.yml'],
    ['test', 'rules', 'tests/provisioning/alerts.yaml'],
  ]) {
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: root, encoding: 'utf8' });
    expect({ args, status, said: status === 0 ? '' : stdout + stderr }).toEqual({ args, status: 0, said: '' });
  }
});
