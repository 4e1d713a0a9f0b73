// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { traceFromText } from '@tracewell/trace';
import type { TraceToLogs, TraceToMetrics } from '../model/settings.ts';
import { spanLinks } from './span-links.ts';
import type { SpanLinkSettings } from './span-links.ts';

// Drawings start at 1 700 000 000 000 ms with their first column; a character is a millisecond.
const { trace, span } = traceFromText(`
  shop   GET /cart   |----------|    [resource.pod=shop-1 http.route=/cart]
  cart     GetCart     |---|         [resource.k8s.pod.name=cart-7 note=a"b retries=3]
  redis      PING       |            []
`);
const traceId = trace.traceId;
const cartId = trace.spanIds[span('GetCart')] ?? '';

const types: Readonly<Record<string, string>> = {
  logs: 'loki',
  elastic: 'elasticsearch',
  open: 'grafana-opensearch-datasource',
  victoria: 'victoriametrics-logs-datasource',
  splunk: 'grafana-splunk-datasource',
  prom: 'prometheus',
  other: 'somebody-logs-datasource',
};

interface Pane {
  readonly datasource: string;
  readonly queries: readonly Readonly<Record<string, unknown>>[];
  readonly range: { readonly from: string; readonly to: string };
}

function linksOf(settings: SpanLinkSettings, label = 'GetCart') {
  return spanLinks(settings, trace, span(label), {
    datasource: (uid) => {
      const type = types[uid];
      return type === undefined ? undefined : { uid, type };
    },
    orgId: 2,
    toAddress: (path) => `/grafana${path}`,
  }).map((link) => {
    const address = new URL(link.href, 'http://grafana');
    const panes = JSON.parse(address.searchParams.get('panes') ?? '{}') as Record<string, Pane>;
    const pane = Object.values(panes)[0];
    return { ...link, address, pane, query: pane?.queries[0] };
  });
}

const logs = (options: TraceToLogs, label?: string) => linksOf({ tracesToLogsV2: options }, label);
const metrics = (options: TraceToMetrics, label?: string) => linksOf({ tracesToMetrics: options }, label);
const loki = (query: string, label?: string) =>
  logs({ datasourceUid: 'logs', customQuery: true, query }, label)[0]?.query?.['expr'];

test('a link opens Explore under the sub-path, in the organisation, with one query of the data source', () => {
  const [link] = logs({ datasourceUid: 'logs' });
  expect(link?.address.pathname).toBe('/grafana/explore');
  expect(link?.address.searchParams.get('schemaVersion')).toBe('1');
  expect(link?.address.searchParams.get('orgId')).toBe('2');
  expect(link?.icon).toBe('logs');
  expect(link?.pane?.datasource).toBe('logs');
  expect(link?.query).toEqual({
    refId: 'A',
    datasource: { type: 'loki', uid: 'logs' },
    expr: '{service_name="cart"}',
    queryType: 'range',
    editorMode: 'code',
  });
});

describe('the range', () => {
  const range = (spanStartTimeShift?: string, spanEndTimeShift?: string, label?: string) =>
    logs({ datasourceUid: 'logs', spanStartTimeShift, spanEndTimeShift }, label)[0]?.pane?.range;

  test.each([
    [undefined, undefined, '1700000000023', '1700000000027'],
    ['-1m', '30s', '1699999940023', '1700000030027'],
    ['1h', '-500ms', '1700003600023', '1700003600024'],
    ['soon', '', '1700000000023', '1700000000027'],
  ])('of a span from 23 to 27 ms with the shifts %s and %s', (start, end, from, to) => {
    expect(range(start, end)).toEqual({ from, to });
  });
  test('is never empty', () => {
    expect(range(undefined, undefined, 'PING')).toEqual({ from: '1700000000024', to: '1700000000025' });
  });
});

describe('a query of the person', () => {
  test.each([
    ['{app="${__span.tags["service.name"]}"} |= "${__span.traceId}"', `{app="cart"} |= "${traceId}"`],
    ['{pod="${__span.tags[\'k8s.pod.name\']}"}', '{pod="cart-7"}'],
    ['{a="${__span.tags.retries}"}', '{a="3"}'],
    ['{a="${__span.name}"} | b=`${__trace.name}`', '{a="GetCart"} | b=`shop: GET /cart`'],
    ['{a="[[__tags]]"}', '{a="service_name="cart""}'],
    ['{$__tags} | span_id="${__span.spanId}"', `{service_name="cart"} | span_id="${cartId}"`],
    ['{a="x"} | d > ${__span.duration} < ${__trace.duration}', '{a="x"} | d > 4000 < 11000'],
  ])('%s', (query, expected) => {
    expect(loki(query)).toBe(expected);
  });
  test('an attribute does not end the string that it stands in', () => {
    expect(loki('{a="x"} |= "${__span.tags["note"]}"')).toBe('{a="x"} |= "a\\"b"');
    expect(loki('{a="x"} |= `${__span.tags["note"]}`')).toBe('{a="x"} |= `a"b`');
    expect(loki('{a="x"} |= "a\\"b ${__span.tags["note"]}"')).toBe('{a="x"} |= "a\\"b a\\"b"');
  });
  test.each(['{a="${__span.tags["absent"]}"}', '{a="$__spam"}', '{a="${somewhere}"}', '{$__tags}'])(
    'without a value for a variable there is no link: %s',
    (query) => {
      expect(logs({ datasourceUid: 'logs', customQuery: true, query, tags: [{ key: 'none' }] })).toEqual([]);
    }
  );
  test('what the target fills in itself, and what is no variable, stays', () => {
    const query = 'label_replace(rate({a="x"}[$__interval]), "b", "$1", "c", "(.*)$")';
    expect(loki(query)).toBe(query);
  });
});

describe('a query from attributes', () => {
  const both = { filterByTraceID: true, filterBySpanID: true };

  test('takes the wanted ones that the span has, under the names they have there', () => {
    const tags = [{ key: 'k8s.pod.name' }, { key: 'service.name', value: 'app' }, { key: 'absent', value: 'x' }];
    expect(logs({ datasourceUid: 'logs', tags })[0]?.query?.['expr']).toBe('{k8s_pod_name="cart-7", app="cart"}');
    expect(logs({ datasourceUid: 'elastic', tags })[0]?.query).toMatchObject({
      query: 'k8s.pod.name:"cart-7" AND app:"cart"',
      metrics: [{ id: '1', type: 'logs' }],
    });
  });
  test('with ids, each in the language of the target', () => {
    expect(logs({ datasourceUid: 'logs', ...both })[0]?.query?.['expr']).toBe(
      `{service_name="cart"}` +
        ` | label_format line_has_span_id=\`{{ contains "${cartId}" __line__ }}\`` +
        ` | line_has_span_id="true" or span_id="${cartId}" | drop line_has_span_id` +
        ` | label_format line_has_trace_id=\`{{ contains "${traceId}" __line__ }}\`` +
        ` | line_has_trace_id="true" or trace_id="${traceId}" | drop line_has_trace_id`
    );
    const query = `"${cartId}" AND "${traceId}" AND service_name:"cart"`;
    expect(logs({ datasourceUid: 'elastic', ...both })[0]?.query?.['query']).toBe(query);
    expect(logs({ datasourceUid: 'open', ...both })[0]?.query?.['query']).toBe(query);
    expect(logs({ datasourceUid: 'victoria', filterByTraceID: true })[0]?.query?.['expr']).toBe(
      `trace_id:="${traceId}" AND service_name:="cart"`
    );
    expect(logs({ datasourceUid: 'splunk', filterBySpanID: true })[0]?.query?.['query']).toBe(
      `service_name="cart" "${cartId}"`
    );
  });
  test('escapes what an attribute holds', () => {
    expect(logs({ datasourceUid: 'logs', tags: [{ key: 'note' }] })[0]?.query?.['expr']).toBe('{note="a\\"b"}');
  });
  test('does not ask for everything', () => {
    const tags = [{ key: 'absent' }];
    expect(logs({ datasourceUid: 'logs', tags, filterByTraceID: true })).toEqual([]);
    expect(logs({ datasourceUid: 'elastic', tags })).toEqual([]);
    expect(logs({ datasourceUid: 'elastic', tags, filterByTraceID: true })[0]?.query?.['query']).toBe(`"${traceId}"`);
  });
});

describe('metrics', () => {
  test('are one link for each query, around the span by two minutes', () => {
    const links = metrics({
      datasourceUid: 'prom',
      tags: [{ key: 'service.name', value: 'job' }],
      queries: [
        { name: 'Requests', query: 'rate(requests_total{$__tags}[$__rate_interval])' },
        { name: 'Absent', query: 'x{a="${__span.tags["absent"]}"}' },
        { query: '' },
      ],
    });
    expect(links.map((link) => [link.title, link.icon, link.query?.['expr']])).toEqual([
      ['Requests', 'metrics', 'rate(requests_total{job="cart"}[$__rate_interval])'],
      [
        'Metrics',
        'metrics',
        'histogram_quantile(0.5, sum(rate(traces_spanmetrics_latency_bucket{service="cart"}[5m])) by (le))',
      ],
    ]);
    expect(links[0]?.pane?.range).toEqual({ from: '1699999880023', to: '1700000120027' });
  });
  test('come after the logs', () => {
    const links = linksOf({
      tracesToMetrics: { datasourceUid: 'prom', queries: [{ name: 'Rate', query: 'up' }] },
      tracesToLogsV2: { datasourceUid: 'logs' },
    });
    expect(links.map(({ title }) => title)).toEqual(['Logs', 'Rate']);
  });
});

test.each([{}, { datasourceUid: '' }, { datasourceUid: 'deleted' }, { datasourceUid: 'other' }])(
  'there is no link to the logs of %j',
  (options) => {
    expect(logs(options)).toEqual([]);
  }
);
test.each([{}, { datasourceUid: 'deleted', queries: [{ query: 'up' }] }, { datasourceUid: 'prom' }])(
  'there is no link to the metrics of %j',
  (options) => {
    expect(metrics(options)).toEqual([]);
  }
);
