// SPDX-License-Identifier: Apache-2.0
//
// The words of the language, each with one line of explanation: what the lexer recognises, what a message
// suggests and what completion offers come from these tables, so that they cannot differ.

import { intrinsics } from './ast.ts';
import type { AggregateName, AttributeScope, IntrinsicName, KindName, MetricsFunctionName, StatusName } from './ast.ts';

/** A word, what it does, and (for functions) how it is called. */
export interface VocabularyEntry {
  readonly name: string;
  readonly documentation: string;
  /** A call as a reader would write it: `avg(duration)`. */
  readonly signature?: string;
}

/** Type of an intrinsic's value. */
export type IntrinsicType = 'string' | 'int' | 'duration' | 'status' | 'spanKind' | 'nil';

export interface IntrinsicEntry {
  readonly type: IntrinsicType;
  /** The unscoped name, if there is one. */
  readonly legacy?: string;
  readonly documentation: string;
}

/** Every intrinsic. `nestedSet*` and `parent` have only an unscoped name. */
export const intrinsicTable: Readonly<Record<IntrinsicName, IntrinsicEntry>> = {
  'span:duration': { type: 'duration', legacy: 'duration', documentation: 'How long the span took' },
  'span:name': { type: 'string', legacy: 'name', documentation: 'Name of the operation' },
  'span:kind': { type: 'spanKind', legacy: 'kind', documentation: 'Role of the span: server, client, ...' },
  'span:status': { type: 'status', legacy: 'status', documentation: 'Outcome: ok, error or unset' },
  'span:statusMessage': { type: 'string', legacy: 'statusMessage', documentation: 'Text that came with the status' },
  'span:id': { type: 'string', documentation: 'Span id, 16 hex digits' },
  'span:parentID': { type: 'string', documentation: 'Id of the parent span; "" for a root span' },
  'span:childCount': { type: 'int', legacy: 'childCount', documentation: 'Number of direct children' },
  'trace:duration': {
    type: 'duration',
    legacy: 'traceDuration',
    documentation: 'From the first start to the last end in the trace',
  },
  'trace:rootName': { type: 'string', legacy: 'rootName', documentation: 'Name of the root span' },
  'trace:rootService': { type: 'string', legacy: 'rootServiceName', documentation: 'Service of the root span' },
  'trace:id': { type: 'string', documentation: 'Trace id, 32 hex digits' },
  'event:name': { type: 'string', documentation: 'Name of an event of the span' },
  'event:timeSinceStart': { type: 'duration', documentation: 'When an event happened, since the start of its span' },
  'link:traceID': { type: 'string', documentation: 'Trace id that a link of the span leads to' },
  'link:spanID': { type: 'string', documentation: 'Span id that a link of the span leads to' },
  'instrumentation:name': { type: 'string', documentation: 'Name of the instrumentation scope' },
  'instrumentation:version': { type: 'string', documentation: 'Version of the instrumentation scope' },
  nestedSetLeft: { type: 'int', legacy: 'nestedSetLeft', documentation: 'Left number of the span in the nested set' },
  nestedSetRight: {
    type: 'int',
    legacy: 'nestedSetRight',
    documentation: 'Right number of the span in the nested set',
  },
  nestedSetParent: {
    type: 'int',
    legacy: 'nestedSetParent',
    documentation: 'Left number of the parent; below 0 for root spans',
  },
  parent: { type: 'nil', legacy: 'parent', documentation: 'The parent span' },
};

/** Intrinsics by what may be written: scoped names and unscoped ones. */
export const intrinsicsByWord: ReadonlyMap<string, { readonly name: IntrinsicName; readonly legacy: boolean }> =
  new Map(
    intrinsics.flatMap((name) => {
      const { legacy } = intrinsicTable[name];
      const words: [string, { readonly name: IntrinsicName; readonly legacy: boolean }][] = [];
      if (name.includes(':')) {
        words.push([name, { name, legacy: false }]);
      }
      if (legacy !== undefined) {
        words.push([legacy, { name, legacy: true }]);
      }
      return words;
    })
  );

/** The scopes that an attribute can be written with, and what each holds. */
export const scopeTable: Readonly<Record<Exclude<AttributeScope, 'none'>, string>> = {
  span: 'Attributes of the span',
  resource: 'Attributes of the process or machine that sent the span',
  event: 'Attributes of the events of the span',
  link: 'Attributes of the links of the span',
  instrumentation: 'Attributes of the instrumentation scope',
  parent: 'The same of the parent span',
};

/** Scopes that intrinsics are written with (`span:name`). */
export const intrinsicScopes = ['trace', 'span', 'event', 'link', 'instrumentation'] as const;

export const statusNames: readonly StatusName[] = ['ok', 'error', 'unset'];
export const kindNames: readonly KindName[] = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
export const aggregateNames: readonly AggregateName[] = ['count', 'min', 'max', 'avg', 'sum'];
export const metricsFunctionNames: readonly MetricsFunctionName[] = [
  'rate',
  'count_over_time',
  'min_over_time',
  'max_over_time',
  'sum_over_time',
  'avg_over_time',
  'quantile_over_time',
  'histogram_over_time',
];

/** Words that stand for a value. */
export const valueWords: readonly VocabularyEntry[] = [
  { name: 'true', documentation: 'Boolean' },
  { name: 'false', documentation: 'Boolean' },
  { name: 'nil', documentation: 'No value: `!= nil` asks for an attribute that exists' },
  ...statusNames.map((name) => ({ name, documentation: 'Status' })),
  ...kindNames.map((name) => ({ name, documentation: 'Span kind' })),
  { name: 'minInt', documentation: 'The least integer, -2^63' },
  { name: 'maxInt', documentation: 'The greatest integer, 2^63 - 1' },
];

/** What may follow a `|` in a search. */
export const pipelineFunctions: readonly VocabularyEntry[] = [
  { name: 'count', signature: 'count() > 2', documentation: 'Keeps traces by their number of matching spans' },
  { name: 'avg', signature: 'avg(duration) > 1s', documentation: 'Keeps traces by the mean of an expression' },
  { name: 'max', signature: 'max(duration) > 1s', documentation: 'Keeps traces by the greatest value' },
  { name: 'min', signature: 'min(duration) > 1s', documentation: 'Keeps traces by the least value' },
  { name: 'sum', signature: 'sum(span.bytes) > 1', documentation: 'Keeps traces by the sum of an expression' },
  { name: 'by', signature: 'by(resource.service.name)', documentation: 'Splits the spans of a trace into groups' },
  { name: 'coalesce', signature: 'coalesce()', documentation: 'Joins the groups of a trace again' },
  { name: 'select', signature: 'select(span.http.route)', documentation: 'Adds attributes to the result' },
];

/** What may follow a `|` to turn a search into a metric. */
export const metricsFunctions: readonly VocabularyEntry[] = [
  { name: 'rate', signature: 'rate()', documentation: 'Matching spans per second' },
  { name: 'count_over_time', signature: 'count_over_time()', documentation: 'Matching spans per step' },
  { name: 'min_over_time', signature: 'min_over_time(duration)', documentation: 'Least value per step' },
  { name: 'max_over_time', signature: 'max_over_time(duration)', documentation: 'Greatest value per step' },
  { name: 'sum_over_time', signature: 'sum_over_time(duration)', documentation: 'Sum per step' },
  { name: 'avg_over_time', signature: 'avg_over_time(duration)', documentation: 'Mean per step' },
  {
    name: 'quantile_over_time',
    signature: 'quantile_over_time(duration, .99)',
    documentation: 'Quantiles per step, estimated from powers of two',
  },
  {
    name: 'histogram_over_time',
    signature: 'histogram_over_time(duration)',
    documentation: 'Counts per step and power of two',
  },
  {
    name: 'compare',
    signature: 'compare({status = error})',
    documentation: 'What the spans of a selection have more often than the others',
  },
];

/** What may follow a metric. */
export const secondStageFunctions: readonly VocabularyEntry[] = [
  { name: 'topk', signature: 'topk(10)', documentation: 'Keeps the series with the greatest values' },
  { name: 'bottomk', signature: 'bottomk(10)', documentation: 'Keeps the series with the least values' },
];

/** Words that are no function and no value. */
export const otherKeywords: readonly VocabularyEntry[] = [
  {
    name: 'with',
    signature: 'with(exemplars = 10)',
    documentation:
      'Hints on how to run the query: exemplars, most_recent, and order = "slowest" (or newest, most-spans, most-errors)',
  },
];

/** Every word that means something without quotes or a scope. */
export const knownWords: ReadonlySet<string> = new Set([
  ...valueWords.map(({ name }) => name),
  ...pipelineFunctions.map(({ name }) => name),
  ...metricsFunctions.map(({ name }) => name),
  ...secondStageFunctions.map(({ name }) => name),
  ...otherKeywords.map(({ name }) => name),
  ...[...intrinsicsByWord.keys()].filter((word) => !word.includes(':')),
]);
