// SPDX-License-Identifier: Apache-2.0
//
// Our panels with the frames of other data sources: Tempo's, Jaeger's format, test data; and with frames that are none.
import { testIds } from '../../packages/views/src/test-ids.ts';
import { traceTestIds } from '../../packages/views/src/trace/test-ids.ts';
import { someTraceId } from './app.ts';
import { makeTestData, openDashboard, panelOf, tempo, testData } from './panels.ts';
import { expect, test } from './test.ts';

const waterfall = 'tracewell-waterfall-panel';
const serviceGraph = 'tracewell-servicegraph-panel';

const start = 1_795_236_990_340;
const column = (name: string, type: string, values: readonly unknown[]) => ({ name, type, values });

/** As Grafana's Jaeger data source writes it. */
const jaegerColumns = [
  column('traceID', 'string', ['5f3a9c0b12345678', '5f3a9c0b12345678']),
  column('spanID', 'string', ['abc000', 'abc001']),
  column('parentSpanID', 'string', ['', 'abc000']),
  column('operationName', 'string', ['HTTP GET /dispatch', 'SQL SELECT']),
  column('serviceName', 'string', ['frontend', 'mysql']),
  column('serviceTags', 'other', [[{ key: 'hostname', type: 'string', value: 'a1' }], []]),
  column('startTime', 'number', [start, start + 2.5]),
  column('duration', 'number', [90, 40]),
  column('logs', 'other', [[], []]),
  column('references', 'other', [[], []]),
  column('tags', 'other', [
    [{ key: 'span.kind', type: 'string', value: 'server' }],
    [{ key: 'error', type: 'bool', value: true }],
  ]),
  column('warnings', 'other', [null, ['clock skew']]),
  column('stackTraces', 'other', [null, null]),
];

function rawFrame(columns: typeof jaegerColumns, meta: Readonly<Record<string, unknown>>) {
  const schema = { meta, fields: columns.map(({ name, type }) => ({ name, type })) };
  const frame = { schema, data: { values: columns.map(({ values }) => values) } };
  return { datasource: testData, scenarioId: 'raw_frame', rawFrameContent: JSON.stringify([frame]) };
}

const trace = { preferredVisualisationType: 'trace' };
const table = rawFrame([column('Time', 'time', [start]), column('Value', 'number', [1])], {});

test('a waterfall of Tempo, of Jaeger and of test data', async ({ page, request, picture }) => {
  await makeTestData(request);
  const id = await someTraceId(request);
  await openDashboard(page, request, 'e2e-panels-traces', [
    { type: waterfall, title: 'tempo', query: { datasource: tempo, queryType: 'traceql', query: id } },
    { type: waterfall, title: 'jaeger', query: rawFrame(jaegerColumns, trace) },
    { type: waterfall, title: 'test data', query: { datasource: testData, scenarioId: 'trace', spanCount: 12 } },
    { type: waterfall, title: 'table', query: table },
  ]);
  await expect(panelOf(page, 'tempo').getByText('PlaceOrder').first()).toBeVisible();
  await expect(panelOf(page, 'jaeger').getByText('HTTP GET /dispatch').first()).toBeVisible();
  await expect(panelOf(page, 'jaeger').getByText('1 error').first()).toBeVisible();
  await expect(panelOf(page, 'test data').getByText('Operation 3', { exact: true })).toBeVisible();
  await expect(panelOf(page, 'table').getByText('This is not a trace')).toBeVisible();
  await expect(panelOf(page, 'table').getByText('found a table with Time, Value', { exact: false })).toBeVisible();
  await picture('traces');
});

test('a map of test data, whose numbers keep their names and links', async ({ page, request, picture }) => {
  await makeTestData(request);
  const nodes = { type: 'random', count: 20, seed: 3 };
  await openDashboard(page, request, 'e2e-panels-graphs', [
    { type: serviceGraph, title: 'map', query: { datasource: testData, scenarioId: 'node_graph', nodes } },
    {
      type: serviceGraph,
      title: 'rows',
      query: { datasource: testData, scenarioId: 'node_graph', nodes },
      options: { view: 'table' },
    },
    { type: serviceGraph, title: 'table', query: table },
  ]);
  const map = panelOf(page, 'map');
  await map.locator('[data-node="service:2"]').click();
  await expect(map.getByTestId(testIds.services.panel).getByText('Transactions per second')).toBeVisible();
  await expect(map.getByRole('link', { name: 'test data link' })).toHaveAttribute('href', /explore/);
  await expect(panelOf(page, 'rows').getByRole('columnheader', { name: 'Average duration' })).toBeVisible();
  await expect(panelOf(page, 'table').getByText('This is not a service graph')).toBeVisible();
  await picture('graphs');
});

test('a trace that is not there says so in the panel', async ({ page, request }) => {
  const query = {
    datasource: { type: 'tracewell-datasource', uid: 'tracewell' },
    queryType: 'traceql',
    query: 'f'.repeat(32),
  };
  await openDashboard(page, request, 'e2e-panels-missing', [{ type: waterfall, title: 'missing', query }]);
  await expect(panelOf(page, 'missing').getByText('was not found in the last', { exact: false })).toBeVisible();
  await expect(panelOf(page, 'missing').getByTestId(traceTestIds.waterfall)).toHaveCount(0);
});
