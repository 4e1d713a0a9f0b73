// SPDX-License-Identifier: Apache-2.0
//
// Links from a span to its log lines and to its service's metrics, in Explore. The settings are those that Grafana's own
// trace view reads from a data source (`tracesToLogsV2`, `tracesToMetrics`), and mean the same here, so that our views and
// Grafana's lead to the same place. A link that could not work is left out: its target is gone, a variable of its query
// has no value, the span has none of the attributes that it asks for.
import type { SpanLinkTarget } from '@tracewell/views';
import type { Span, SpanIndex, Trace } from '@tracewell/trace';
import type { TagMapping, TraceToLogs, TraceToMetrics } from '../model/settings.ts';
import { escapeQuoted, fillVariables, tagsOf, variablesOf } from './span-variables.ts';

export interface SpanLinkSettings {
  readonly tracesToLogsV2?: TraceToLogs;
  readonly tracesToMetrics?: TraceToMetrics;
}

export interface SpanLinkTargets {
  /** The data source with this uid, if there is one that this person may see. */
  readonly datasource: (uid: string) => { readonly uid: string; readonly type: string } | undefined;
  readonly orgId: number;
  /** A path of Grafana (`/explore?...`) as an address, with the sub-path that Grafana is served under. */
  readonly toAddress: (path: string) => string;
}

const MINUTE = 60_000;
const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: MINUTE,
  h: 60 * MINUTE,
  d: 1440 * MINUTE,
  w: 10_080 * MINUTE,
};

/** `-1m`, `30s` and the like in milliseconds; `otherwise` for nothing and for what is none. */
function shiftMs(text: string | undefined, otherwise: number): number {
  const match = /^\s*([+-]?\d+(?:\.\d+)?)(ms|[smhdw])\s*$/.exec(text ?? '');
  return match === null ? otherwise : Number(match[1]) * (unitsMs[match[2] ?? ''] ?? 0);
}

/** What is taken from a span if the settings name no attributes; as labels, with `_` for `.`. */
const defaultTags: readonly TagMapping[] = [
  'cluster',
  'hostname',
  'namespace',
  'pod',
  'service.name',
  'service.namespace',
].map((key) => ({ key, value: key.replace('.', '_') }));

interface TagForm {
  readonly sign: string;
  readonly between: string;
  /** How a key without a name of its own is written in this language. */
  readonly nameOf: (key: string) => string;
}

const asIs = (key: string) => key;
/** Labels of Prometheus and Loki. */
const labels: TagForm = { sign: '=', between: ', ', nameOf: (key) => key.replaceAll(/[^a-zA-Z0-9_]/g, '_') };
const lucene: TagForm = { sign: ':', between: ' AND ', nameOf: asIs };

/** Those of the wanted attributes that the span has, in the target's language. */
function tagsText(span: Span, wanted: readonly TagMapping[] | undefined, form: TagForm): string {
  const tags = tagsOf(span);
  const parts = [];
  for (const { key, value: name } of wanted === undefined || wanted.length === 0 ? defaultTags : wanted) {
    const value = tags.get(key);
    if (value !== undefined && key !== '') {
      parts.push(`${name === undefined || name === '' ? form.nameOf(key) : name}${form.sign}"${escapeQuoted(value)}"`);
    }
  }
  return parts.join(form.between);
}

interface LogLanguage {
  readonly tags: TagForm;
  /** The query without one of the person's own, in which `tags` may be ''; undefined if it would ask for everything. */
  readonly query: (tags: string, options: TraceToLogs) => string | undefined;
  readonly toQuery: (text: string) => Readonly<Record<string, unknown>>;
}

/** Loki: the id may stand in the line, or beside it as a label or as structured metadata. */
function lokiIdFilter(name: 'trace_id' | 'span_id', variable: string): string {
  return [
    ` | label_format line_has_${name}=\`{{ contains "${variable}" __line__ }}\``,
    ` | line_has_${name}="true" or ${name}="${variable}"`,
    ` | drop line_has_${name}`,
  ].join('');
}

function idTerms(options: TraceToLogs, form: (name: 'trace_id' | 'span_id', variable: string) => string): string[] {
  return [
    ...(options.filterBySpanID === true ? [form('span_id', '${__span.spanId}')] : []),
    ...(options.filterByTraceID === true ? [form('trace_id', '${__span.traceId}')] : []),
  ];
}

function joined(terms: readonly string[], between: string): string | undefined {
  return terms.length === 0 ? undefined : terms.join(between);
}

const luceneLogs: LogLanguage = {
  tags: lucene,
  query: (tags, options) =>
    joined([...idTerms(options, (_, id) => `"${id}"`), ...(tags === '' ? [] : ['${__tags}'])], ' AND '),
  toQuery: (query) => ({ query, metrics: [{ id: '1', type: 'logs' }] }),
};

const logLanguages: Readonly<Record<string, LogLanguage>> = {
  loki: {
    tags: labels,
    // A stream selector must not be empty.
    query: (tags, options) => (tags === '' ? undefined : ['{${__tags}}', ...idTerms(options, lokiIdFilter)].join('')),
    toQuery: (expr) => ({ expr, queryType: 'range', editorMode: 'code' }),
  },
  elasticsearch: luceneLogs,
  'grafana-opensearch-datasource': luceneLogs,
  'victoriametrics-logs-datasource': {
    tags: { sign: ':=', between: ' AND ', nameOf: asIs },
    query: (tags, options) =>
      joined([...idTerms(options, (name, id) => `${name}:="${id}"`), ...(tags === '' ? [] : ['${__tags}'])], ' AND '),
    toQuery: (expr) => ({ expr }),
  },
  'grafana-splunk-datasource': {
    tags: { sign: '=', between: ' ', nameOf: asIs },
    query: (tags, options) =>
      joined([...(tags === '' ? [] : ['${__tags}']), ...idTerms(options, (_, id) => `"${id}"`)], ' '),
    toQuery: (query) => ({ query }),
  },
};

/** The address of Explore with one query of the data source, over the span's time and what the shifts add. */
function exploreAddress(
  targets: SpanLinkTargets,
  datasource: { readonly uid: string; readonly type: string },
  query: Readonly<Record<string, unknown>>,
  span: Span,
  shifts: { readonly start: number; readonly end: number }
): string {
  const from = Math.floor(Number(span.startUnixNano / 1_000_000n) + shifts.start);
  const end = span.endUnixNano > span.startUnixNano ? span.endUnixNano : span.startUnixNano;
  const to = Math.ceil(Number((end + 999_999n) / 1_000_000n) + shifts.end);
  const pane = {
    datasource: datasource.uid,
    queries: [{ refId: 'A', datasource: { type: datasource.type, uid: datasource.uid }, ...query }],
    // Explore takes whole milliseconds, and no empty range.
    range: { from: String(from), to: String(Math.max(to, from + 1)) },
  };
  const params = new URLSearchParams({
    schemaVersion: '1',
    panes: JSON.stringify({ span: pane }),
    orgId: String(targets.orgId),
  });
  return targets.toAddress(`/explore?${params.toString()}`);
}

function logsLink(
  options: TraceToLogs,
  trace: Trace,
  index: SpanIndex,
  targets: SpanLinkTargets
): SpanLinkTarget | undefined {
  const datasource = targets.datasource(options.datasourceUid ?? '');
  const language = logLanguages[datasource?.type ?? ''];
  if (datasource === undefined || language === undefined) {
    return undefined;
  }
  const span = trace.spanAt(index);
  const tags = tagsText(span, options.tags, language.tags);
  const own = options.customQuery === true && options.query !== undefined && options.query !== '';
  const template = own ? options.query : language.query(tags, options);
  const text = template === undefined ? undefined : fillVariables(template, variablesOf(trace, index, tags));
  if (text === undefined) {
    return undefined;
  }
  const shifts = { start: shiftMs(options.spanStartTimeShift, 0), end: shiftMs(options.spanEndTimeShift, 0) };
  return {
    title: 'Logs',
    icon: 'logs',
    href: exploreAddress(targets, datasource, language.toQuery(text), span, shifts),
  };
}

/** Asked if a query is left empty: what Tempo's and the Collector's span metrics are called. */
const defaultMetrics =
  'histogram_quantile(0.5, sum(rate(traces_spanmetrics_latency_bucket{service="${__span.tags["service.name"]}"}[5m])) by (le))';

function metricsLinks(
  options: TraceToMetrics,
  trace: Trace,
  index: SpanIndex,
  targets: SpanLinkTargets
): SpanLinkTarget[] {
  const datasource = targets.datasource(options.datasourceUid ?? '');
  if (datasource === undefined) {
    return [];
  }
  const span = trace.spanAt(index);
  const variables = variablesOf(trace, index, tagsText(span, options.tags, labels));
  const shifts = {
    start: shiftMs(options.spanStartTimeShift, -2 * MINUTE),
    end: shiftMs(options.spanEndTimeShift, 2 * MINUTE),
  };
  const links: SpanLinkTarget[] = [];
  for (const { name, query } of options.queries ?? []) {
    const expr = fillVariables(query === undefined || query === '' ? defaultMetrics : query, variables);
    if (expr !== undefined) {
      links.push({
        title: name === undefined || name === '' ? 'Metrics' : name,
        icon: 'metrics',
        href: exploreAddress(targets, datasource, { expr, range: true, editorMode: 'code' }, span, shifts),
      });
    }
  }
  return links;
}

/** Links of the span at `index`: its logs first, then its service's metrics in the order of the settings. */
export function spanLinks(
  settings: SpanLinkSettings,
  trace: Trace,
  index: SpanIndex,
  targets: SpanLinkTargets
): readonly SpanLinkTarget[] {
  const { tracesToLogsV2: logs, tracesToMetrics: metrics } = settings;
  const toLogs = logs === undefined ? undefined : logsLink(logs, trace, index, targets);
  return [
    ...(toLogs === undefined ? [] : [toLogs]),
    ...(metrics === undefined ? [] : metricsLinks(metrics, trace, index, targets)),
  ];
}
