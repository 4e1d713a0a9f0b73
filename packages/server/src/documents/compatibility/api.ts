// SPDX-License-Identifier: Apache-2.0
//
// Tempo's HTTP and gRPC API, endpoint by endpoint.
import { testsOf, type CompatibilityPart } from './row.ts';

const api = testsOf('packages/server/src/api/tempo/tempo-api.test.ts');
const parameters = testsOf('packages/server/src/api/tempo/parameters.test.ts');
const metrics = testsOf('packages/server/src/api/tempo/metrics.test.ts');
const grpc = testsOf('packages/server/src/listen/query-grpc.test.ts');
const server = testsOf('packages/server/src/listen/query-server.test.ts');
const ports = testsOf('packages/server/src/server.test.ts');
const hostile = testsOf('packages/server/src/hostile-queries.test.ts');
const drilldown = testsOf('packages/server/src/api/tempo/traces-drilldown.test.ts');
const messages = testsOf('packages/protocols/src/tempo/encode-messages.test.ts');
const searchJson = testsOf('packages/protocols/src/tempo/encode-search.test.ts');
const safe = testsOf('packages/protocols/src/tempo/trace-response.test.ts');
const ids = testsOf('packages/protocols/src/tempo/encode-search.test.ts');

export const apiParts: readonly CompatibilityPart[] = [
  {
    title: 'In general',
    rows: [
      {
        what: 'Errors',
        verdict: 'same',
        note: "Plain text, Tempo's statuses. A wrong query also shows the place with a caret.",
        test: server('a wrong query: text with the place'),
      },
      {
        what: '`Accept: application/protobuf`',
        verdict: 'same',
        note: 'Traces, searches, names and values.',
        test: api('protobuf where Accept asks for it anywhere, JSON otherwise'),
      },
      {
        what: 'JSON of metrics',
        verdict: 'same',
        note: 'Always JSON.',
        test: api('metrics are JSON whatever Accept asks for'),
      },
      {
        what: '`Accept: application/vnd.grafana.llm`',
        verdict: 'left out',
        note: 'Experimental; answered in plain JSON, as Tempo does where it has no such form.',
        test: api('the format for language models is answered in plain JSON'),
      },
      {
        what: 'Fields of search and instant answers',
        verdict: 'same',
        note: "Only those that Grafana 12.4's strict parser knows; counters of newer Tempos (`backendReads`) are not sent.",
        test: searchJson('writes what Tempo writes'),
      },
      {
        what: '`X-Scope-OrgID`',
        verdict: 'same',
        note: 'Ignored, as in a Tempo without multitenancy.',
        test: api('a tenant may be named and changes nothing'),
      },
      {
        what: 'Multitenancy',
        verdict: 'left out',
        note: 'One store is one tenant.',
        test: api('a tenant may be named and changes nothing'),
      },
      {
        what: 'Length of a query',
        verdict: 'same',
        note: '128 KiB (`--max-query-bytes`), 400.',
        test: server('a query of the allowed length arrives, a longer one is refused with the limit'),
      },
      {
        what: 'Many queries at once',
        verdict: 'same',
        note: 'Some run, some wait, the rest is answered 429. Opening a trace does not wait behind searches.',
        test: hostile('a few run, some wait, the rest is asked to come again; ingest and opening a trace go on'),
      },
      {
        what: 'A client that goes away',
        verdict: 'same',
        note: 'Its query is stopped.',
        test: server('closing the connection aborts the query'),
      },
      {
        what: '`/api/echo`, `/api/status/buildinfo`',
        verdict: 'same',
        note: 'The version is that of the Tempo whose API this is, for Grafanas that decide by it.',
        test: api('echo, and the build of the Tempo whose API this is'),
      },
      {
        what: '`/ready`',
        verdict: 'same',
        note: '503 while the store does not answer.',
        test: server('ready: not while the store does not answer'),
      },
      {
        what: '`/status/{version,services,endpoints,config}`',
        verdict: 'same',
        note: 'Text for people; secrets are not shown.',
        test: api('pages about the process: version, services, endpoints, configuration without secrets'),
      },
      {
        what: '`/status/{runtime_config,usage-stats,overrides}`, `/api/overrides`, `/api/mcp`',
        verdict: 'left out',
        note: 'There are no overrides and no usage statistics; 404.',
        test: api('%s is not there: 404'),
      },
      {
        what: '`/api/metrics/summary`, search by WebSocket',
        verdict: 'same',
        note: 'Removed from Tempo too; 404.',
        test: api('%s is not there: 404'),
      },
    ],
  },
  {
    title: 'Trace by id',
    rows: [
      {
        what: 'Ids',
        verdict: 'same',
        note: '1 to 32 hex digits, padded on the left; what is no id is 400 with its place.',
        test: api('short ids are padded, in any case; what is no id is refused with its place'),
      },
      {
        what: '`/api/traces/{id}`',
        verdict: 'same',
        note: '`batches`, ids in base64; 404 with an empty body if unknown.',
        test: api('version 1 has batches, version 2 a trace; ids are base64 in both'),
      },
      {
        what: '`/api/v2/traces/{id}`',
        verdict: 'same',
        note: 'An unknown trace is an empty one with 200.',
        test: server('traces that are not there: 404 by version 1, an empty one by version 2'),
      },
      {
        what: 'Large traces',
        verdict: 'better',
        note: 'The limit is 64 MiB (`--max-result-bytes`), 5 MB in Tempo; beyond it 422 by version 1, the part that fits with PARTIAL by version 2.',
        test: api('too large: 422 by version 1, the part that fits by version 2'),
      },
      {
        what: '`start`, `end`, `mode`',
        verdict: 'same',
        note: 'A range narrows; `mode` is checked and means nothing here, where all is in one place.',
        test: api('start and end narrow, mode is checked, a range the wrong way round is refused'),
      },
      {
        what: 'Protobuf for Grafana',
        verdict: 'better',
        note: "A resource, a scope and a status are always there: without them Grafana's plugin drops spans or crashes.",
        test: safe('changes no span, and makes safe bytes of any'),
      },
      {
        what: "Zipkin's shared span ids",
        verdict: 'left out',
        note: 'Spans come back as they were sent; Tempo gives the server side an id of its own.',
        test: safe('changes no span, and makes safe bytes of any'),
      },
      {
        what: '`POST /api/v2/traces/diff`',
        verdict: 'left out',
        note: 'Experimental; 404.',
        test: api('traces are not compared: 404'),
      },
    ],
  },
  {
    title: 'Search',
    rows: [
      {
        what: '`limit`, `spss`',
        verdict: 'different',
        note: 'Defaults and refusals as in Tempo. The largest `limit` is 10,000 (`--max-search-limit`), 262,144 in Tempo: counting is what metrics are for.',
        test: parameters('what Grafana sends; the second of the end is included'),
      },
      {
        what: '`tags`, `minDuration`, `maxDuration`, tags as parameters',
        verdict: 'same',
        note: 'As old clients send them.',
        test: api('tags of old clients: logfmt, names by substring, a parameter for each'),
      },
      {
        what: 'No `start` and `end`',
        verdict: 'better',
        note: 'Everything that is stored; the last 15 minutes in Tempo.',
        test: api('without a range: everything, the newest first, what came this second included'),
      },
      {
        what: 'The newest 30 s',
        verdict: 'better',
        note: 'A span is found as soon as its export is acknowledged; Tempo leaves them out (`query_end_cutoff`).',
        test: api('without a range: everything, the newest first, what came this second included'),
      },
      {
        what: 'Length of a range',
        verdict: 'better',
        note: 'Any; 168 h in Tempo. A range within one second holds that second, where Tempo answers 400.',
        test: api('any length of range; one that begins and ends in the same second holds that second'),
      },
      {
        what: 'Which traces',
        verdict: 'better',
        note: 'Always the newest that match, the same at every repetition; any that match in Tempo, unless `most_recent` is set.',
        test: api('the same question gives the same answer'),
      },
      {
        what: 'Ids in answers',
        verdict: 'same',
        note: 'Trace ids without leading zeros, span ids with 16 digits.',
        test: ids('trimTraceId takes leading zeros away'),
      },
      {
        what: 'Attributes in answers',
        verdict: 'same',
        note: 'Those that the query names or selects, by their bare names; `matched` counts before the cut to `spss`.',
        test: api('attributes are those that the query names, by their bare names; matched counts before the cut'),
      },
      {
        what: 'Spansets of `by` and aggregates',
        verdict: 'same',
        note: '`by(...)`, `avg(...)` are attributes of the spanset.',
        test: api('grouping and aggregates are attributes of the spanset'),
      },
    ],
  },
  {
    title: 'Names and values of attributes',
    rows: [
      {
        what: '`/api/search/tags`, `/api/v2/search/tags`',
        verdict: 'same',
        note: 'Scopes, intrinsics, refusals.',
        test: api('version 1 leaves intrinsics out unless they are asked for; version 2 has scopes'),
      },
      {
        what: '`/api/search/tag/{name}/values`, `/api/v2/...`',
        verdict: 'same',
        note: 'Any name in the path; types; fixed answers for status and kind.',
        test: api('values: types, fixed answers, the most frequent first, an unknown parameter ignored'),
      },
      {
        what: 'Which values',
        verdict: 'better',
        note: 'The most frequent first, up to `limit` (5,000), not the first megabyte of those that were met.',
        test: testsOf('packages/store/src/execute/queries.test.ts')('names, most frequent first, and values'),
      },
      {
        what: '`q`',
        verdict: 'better',
        note: 'Unfinished queries narrow as far as they go, as in Tempo; so do structural queries and pipelines, which narrow nothing there.',
        test: testsOf('packages/store/src/execute/interpreted.test.ts')(
          'offers the values that the spans of a query have'
        ),
      },
      {
        what: 'Refusals',
        verdict: 'same',
        note: 'A name that is no identifier is 400.',
        test: api('a name that is no identifier is refused, a path without values is not there'),
      },
      {
        what: '`maxStaleValues`',
        verdict: 'left out',
        note: 'Ignored: nothing is given up early.',
        test: api('values: types, fixed answers, the most frequent first, an unknown parameter ignored'),
      },
    ],
  },
  {
    title: 'Metrics',
    rows: [
      {
        what: '`start`, `end`, `since`',
        verdict: 'same',
        note: 'Seconds, nanoseconds, fractions, RFC 3339; the last hour without.',
        test: metrics('%s is refused by both routes'),
      },
      {
        what: '`step`',
        verdict: 'same',
        note: "Seconds or a duration; Tempo's default; at most 10,000 intervals, with Tempo's words.",
        test: metrics('ten years in milliseconds are refused, in hours they are not'),
      },
      {
        what: 'Where buckets lie',
        verdict: 'same',
        note: 'On multiples of the step, one more in front.',
        test: api('buckets lie on multiples of the step, one more in front'),
      },
      {
        what: 'The last bucket',
        verdict: 'better',
        note: 'Whole, although it is not over yet; Tempo cuts it off near the present.',
        test: metrics('are what the store is asked for and what the answer is laid out by'),
      },
      {
        what: 'A step as long as the range',
        verdict: 'better',
        note: 'One bucket that ends where the range ends; Tempo aligns it and loses the rest.',
        test: api('a step as long as the range is one bucket that ends where the range ends'),
      },
      {
        what: 'Length of a range',
        verdict: 'better',
        note: 'Any; 24 h in Tempo.',
        test: api('ranges of years, and spans of this second'),
      },
      {
        what: '`/api/metrics/query`',
        verdict: 'same',
        note: "One value for the whole range, both ends included; no field that Grafana's strict parser lacks.",
        test: api('instant: one value for the whole range'),
      },
      {
        what: '`exemplars`',
        verdict: 'same',
        note: 'Up to 100; the hint in the query wins. They also carry `span:id`; those of a histogram have the duration as their value, where Tempo has the count.',
        test: metrics('%s: exemplars'),
      },
      {
        what: '`maxSeries`',
        verdict: 'same',
        note: 'Up to 1,000, beyond it PARTIAL with a message; fewer if there would be more than a million samples.',
        test: hostile('by trace id: cut, and said to be'),
      },
      {
        what: 'A sample of 0',
        verdict: 'different',
        note: 'Written as `"value": 0`; Tempo leaves zeros out of its JSON, which parsers of protobuf read alike.',
        test: messages('a range in JSON'),
      },
      {
        what: 'Everything that Traces Drilldown asks',
        verdict: 'same',
        note: 'Rates, errors, durations, breakdown, comparison, structure, exceptions, filters.',
        test: drilldown('rate of %s'),
      },
    ],
  },
  {
    title: 'gRPC: tempopb.StreamingQuerier',
    rows: [
      {
        what: 'Where',
        verdict: 'better',
        note: 'Always on the port of HTTP, where Grafana dials; Tempo needs `stream_over_http_enabled`.',
        test: ports('answers HTTP/1.1 and gRPC on one port'),
      },
      {
        what: 'Search',
        verdict: 'better',
        note: 'Only final traces are sent: Grafana keeps the first copy of a trace, which Tempo may send unfinished.',
        test: grpc('Search: the newest first, each trace once, with metrics'),
      },
      {
        what: 'Names and values',
        verdict: 'same',
        note: 'All four methods.',
        test: grpc('names and values of attributes, versions 1 and 2'),
      },
      {
        what: 'Metrics',
        verdict: 'same',
        note: 'Over time and instant.',
        test: grpc('MetricsQueryRange and MetricsQueryInstant'),
      },
      {
        what: 'Packets',
        verdict: 'same',
        note: 'Below 1 MiB; status and message in the last.',
        test: grpc('large answers come in packets below 1 MiB, with every trace once'),
      },
      {
        what: 'Credentials, Host',
        verdict: 'same',
        note: 'As over HTTP.',
        test: grpc('credentials and the Host are asked for as over HTTP'),
      },
      {
        what: 'Statuses',
        verdict: 'same',
        note: 'INVALID_ARGUMENT, NOT_FOUND, RESOURCE_EXHAUSTED, CANCELLED, INTERNAL.',
        test: grpc('%s is code %d, and counted with its HTTP status'),
      },
      {
        what: 'Cancelling',
        verdict: 'same',
        note: 'Stops the query.',
        test: grpc('a client that goes away cancels its query'),
      },
    ],
  },
];
