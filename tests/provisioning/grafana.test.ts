// SPDX-License-Identifier: Apache-2.0
//
// What Grafana is provisioned with fits together, and fits what the demo shop and the store really say.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodePush } from '../../packages/demo/src/logs.ts';
import type { ServiceLog } from '../../packages/demo/src/logs.ts';
import { createMetrics } from '../../packages/demo/src/metrics.ts';
import { serviceNames } from '../../packages/demo/src/topology.ts';
import type { ServiceName } from '../../packages/demo/src/topology.ts';
import { startTracewell } from '../support/tracewell-process.ts';
import type { TracewellProcess } from '../support/tracewell-process.ts';
import { dataSources, filesIn, read, readText, valuesOf } from './files.ts';

interface Target {
  readonly expr?: string;
  readonly query?: string;
  readonly exemplar?: boolean;
}

interface Dashboard {
  readonly uid: string;
  /** Rows ask for nothing. */
  readonly panels: readonly { readonly title: string; readonly type: string; readonly targets?: readonly Target[] }[];
}

const uids = dataSources().map(({ uid }) => uid);
const dashboards = filesIn('provisioning/dashboards', '.json');
const pluginIds = ['src', 'src/datasource', 'src/panels/waterfall', 'src/panels/service-graph'].map(
  (folder) => read<{ id: string }>(`${folder}/plugin.json`).id
);

describe('data sources', () => {
  test('have uids of their own, and name only those that are there', () => {
    expect(new Set(uids).size).toBe(uids.length);
    const named = dataSources().flatMap((source) => valuesOf(source.jsonData, 'datasourceUid'));
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((uid) => !uids.includes(String(uid)))).toEqual([]);
  });

  test('use our data source and app by the ids they have', () => {
    expect(dataSources().map(({ type }) => type)).toContain(pluginIds[1]);
    expect(
      read<{ apps: { type: string; disabled: boolean }[] }>('provisioning/plugins/tracewell.yaml').apps
    ).toMatchObject([{ type: pluginIds[0], disabled: false }]);
  });

  test('a dollar that is no variable of ours is doubled, or Grafana would expand it', () => {
    for (const file of filesIn('provisioning/datasources', '.yaml')) {
      const text = readText(file).replaceAll(/^\s*#.*$/gm, '');
      const single = [...text.matchAll(/(?<!\$)(?:\$\$)*\$(?!\$)(\w*)/g)].map(([, name]) => name);
      expect(single.filter((name) => name !== '' && !/^(TRACEWELL|PROMETHEUS|LOKI)_URL$/.test(name ?? ''))).toEqual([]);
    }
  });
});

describe('links from log lines', () => {
  const fields = dataSources().flatMap(({ jsonData }) => jsonData.derivedFields ?? []);
  const traceId = '5b8efff798038103d269b633813fc60c';

  /** The trace ids that Loki's data source finds in a record of `service`: in its line, or beside it. */
  function found(service: ServiceName): string[] {
    const record: ServiceLog = {
      service,
      timeUnixMilli: 1_763_683_471_120,
      level: 'info',
      message: 'order placed',
      traceId,
      spanId: 'eee19b7ec3c1b174',
      fields: { order: '0a8eceb9-f6d0-48e7-bc5c-11aa8ba1758e', amount: 4_200 },
    };
    const { streams } = JSON.parse(encodePush([record])) as {
      streams: { stream: Record<string, string>; values: [string, string, Record<string, string>][] }[];
    };
    return streams.flatMap(({ stream, values }) =>
      values.flatMap(([, line, metadata]) =>
        fields.flatMap(({ matcherType, matcherRegex }) => {
          const pattern = new RegExp(matcherRegex);
          return matcherType === 'regex'
            ? (pattern.exec(line)?.slice(1, 2) ?? [])
            : Object.entries({ ...stream, ...metadata })
                .filter(([key]) => pattern.test(key))
                .map(([, value]) => value);
        })
      )
    );
  }

  test.each(serviceNames)('%s: one link, to its trace', (service) => {
    expect(found(service)).toEqual([traceId]);
  });

  test('have three names and read the same', () => {
    expect(new Set(fields.map(({ name }) => name)).size).toBe(3);
    expect(new Set(fields.map(({ urlDisplayLabel }) => urlDisplayLabel))).toEqual(new Set(['View Trace']));
    expect(fields.every(({ url }) => url === '$${__value.raw}')).toBe(true);
  });
});

describe.each(dashboards)('%s', (file) => {
  let folder: string;
  let store: TracewellProcess;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'tracewell-provisioning-'));
    store = await startTracewell(path.join(folder, 'data'));
  }, 120_000);
  afterAll(async () => {
    await store.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const dashboard = read<Dashboard>(file);

  test('names data sources and panels that are there', () => {
    const named = valuesOf(dashboard, 'datasource').map((source) => (source as { uid: string }).uid);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((uid) => !uids.includes(uid))).toEqual([]);
    const ours = dashboard.panels.map(({ type }) => type).filter((type) => type.startsWith('tracewell-'));
    expect(ours.filter((type) => !pluginIds.includes(type))).toEqual([]);
  });

  test('asks for metrics that the shop or the store has', async () => {
    const metrics = createMetrics();
    const known = [(await metrics.render()).text, await (await fetch(`${store.http}/metrics`)).text()].join('\n');
    const asked = dashboard.panels
      .flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => expr ?? []))
      .flatMap((expr) => expr.match(/\b(?:http_server|tracewell|process|nodejs)_\w+/g) ?? [])
      .map((name) => name.replace(/_(bucket|count|sum)$/, ''));
    expect(asked.length).toBeGreaterThan(0);
    expect([...new Set(asked)].filter((name) => !known.includes(name))).toEqual([]);
  });
});

test('the panel of latencies is a time series that asks for exemplars', () => {
  const shop = read<Dashboard>('provisioning/dashboards/shop.json');
  const latency = shop.panels.find(({ title }) => title === 'Latency');
  expect(latency?.type).toBe('timeseries');
  expect(latency?.targets?.[0]?.exemplar).toBe(true);
});

test('exemplars lead to our data source by the labels that the shop gives them', async () => {
  const [prometheus] = dataSources().filter(({ type }) => type === 'prometheus');
  expect(valuesOf(prometheus, 'exemplarTraceIdDestinations')).toEqual([
    [{ name: 'trace_id', datasourceUid: 'tracewell', urlDisplayLabel: 'View Trace' }],
  ]);
  const metrics = createMetrics();
  const spec = { service: 'web', instanceId: 'web-1', version: '1', zone: 'a', badVersion: '1' } as const;
  metrics.observe(spec, '1', [{ method: 'GET', route: '/', status: 200, seconds: 1, traceId: 'aa', spanId: 'bb' }]);
  const { contentType, text } = await metrics.render();
  expect(contentType).toContain('application/openmetrics-text');
  expect(text).toContain('# {trace_id="aa",span_id="bb"} 1');
});
