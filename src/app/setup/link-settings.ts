// SPDX-License-Identifier: Apache-2.0
//
// The settings of other data sources that lead to our traces, and of ours that lead to logs and metrics: whether they are
// there, and what to add where they are not. Names and shapes are Grafana's.

type Settings = Readonly<Record<string, unknown>>;

function entriesOf(settings: unknown, name: string): readonly Settings[] {
  const list = isSettings(settings) ? settings[name] : undefined;
  return Array.isArray(list) ? list.filter(isSettings) : [];
}

function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null;
}

function leadingTo(entries: readonly Settings[], uids: ReadonlySet<string>): string[] {
  return entries
    .filter(({ datasourceUid }) => typeof datasourceUid === 'string' && uids.has(datasourceUid))
    .map(({ name }) => (typeof name === 'string' ? name : ''));
}

/** Labels of exemplars that Prometheus' data source turns into links to one of `uids`. */
export function exemplarLabels(settings: unknown, uids: ReadonlySet<string>): string[] {
  return leadingTo(entriesOf(settings, 'exemplarTraceIdDestinations'), uids);
}

/** Names of the derived fields that Loki's data source turns into links to one of `uids`. */
export function derivedFields(settings: unknown, uids: ReadonlySet<string>): string[] {
  return leadingTo(entriesOf(settings, 'derivedFields'), uids);
}

/** `jsonData` for Prometheus: an exemplar's `trace_id` leads to the trace. */
export function exemplarSettings(uid: string): Settings {
  return {
    exemplarTraceIdDestinations: [{ name: 'trace_id', datasourceUid: uid, urlDisplayLabel: 'View Trace' }],
  };
}

/**
 * `jsonData` for Loki: a trace id in a line of text, in a line of JSON, and beside the line. Three names, because Loki's
 * data source reads the expression of the first field of a name only; expressions that do not overlap, because each match
 * is a link of its own.
 */
export function derivedFieldSettings(uid: string): Settings {
  const field = (name: string, matcherType: 'regex' | 'label', matcherRegex: string) => ({
    name,
    matcherType,
    matcherRegex,
    datasourceUid: uid,
    url: '${__value.raw}',
    urlDisplayLabel: 'View Trace',
  });
  return {
    derivedFields: [
      field('Trace id in text', 'regex', String.raw`\btrace_id=([0-9a-fA-F]{16,32})\b`),
      field('Trace id in JSON', 'regex', String.raw`"trace_id"\s*:\s*"([0-9a-fA-F]{16,32})"`),
      field('Trace id beside the line', 'label', '^trace_id$'),
    ],
  };
}

const serviceTag = [{ key: 'service.name', value: 'service_name' }];

/** `jsonData` for ours: a span leads to its service's lines that name the trace. */
export function logsSettings(uid: string): Settings {
  return {
    tracesToLogsV2: {
      datasourceUid: uid,
      spanStartTimeShift: '-1m',
      spanEndTimeShift: '1m',
      filterByTraceID: true,
      tags: serviceTag,
    },
  };
}

/** `jsonData` for ours: a span leads to its service's rate and duration, as OpenTelemetry's HTTP metrics are called. */
export function metricsSettings(uid: string): Settings {
  const rate = (metric: string) => `rate(http_server_request_duration_seconds_${metric}{$__tags}[1m])`;
  return {
    tracesToMetrics: {
      datasourceUid: uid,
      spanStartTimeShift: '-10m',
      spanEndTimeShift: '10m',
      tags: serviceTag,
      queries: [
        { name: 'Requests per second', query: `sum by (http_route) (${rate('count')})` },
        {
          name: '95th percentile of the duration',
          query: `histogram_quantile(0.95, sum by (le, http_route) (${rate('bucket')}))`,
        },
      ],
    },
  };
}

/**
 * `settings` as `jsonData` of a provisioning file. There `$` begins a variable of the environment, so that a `$` that
 * stays is written twice.
 */
export function toYaml(settings: Settings): string {
  return ['jsonData:', ...yamlLines(settings)].join('\n');
}

/** Lines of an object or of an array, indented by two against what they belong to. */
function yamlLines(value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) =>
      yamlLines(item).map((line, k) => (k === 0 ? `  - ${line.slice(2)}` : `  ${line}`))
    );
  }
  return Object.entries(isSettings(value) ? value : {}).flatMap(([key, member]) =>
    typeof member === 'object' && member !== null
      ? [`  ${key}:`, ...yamlLines(member).map((line) => `  ${line}`)]
      : [`  ${key}: ${yamlScalar(member)}`]
  );
}

function yamlScalar(value: unknown): string {
  if (typeof value !== 'string') {
    return String(value);
  }
  const text = value.replaceAll('$', '$$$$');
  return /^[A-Za-z][\w ./]*$/.test(text) && !/^(?:true|false|yes|no|on|off|null)$/i.test(text)
    ? text
    : `'${text.replaceAll("'", "''")}'`;
}

/** `settings` as `jsonData` in the body of Grafana's HTTP API. */
export function toJson(settings: Settings): string {
  return JSON.stringify({ jsonData: settings }, undefined, 2);
}
