// SPDX-License-Identifier: Apache-2.0
//
// The answer to one query, as frames. The query is in our shape and has no variables left.
import { rangeUtil } from '@grafana/data';
import type { DataFrame, TimeRange as GrafanaTimeRange } from '@grafana/data';
import { formatPeriod, HostError, isMetricsQuery, metricsKind, stepFor, withSpanColumns } from '@tracewell/views';
import type { Capabilities, HostData, SearchAnswer, TraceData } from '@tracewell/views';
import { toGraphFrames } from '../frames/graph-frames.ts';
import { toMetricsFrames } from '../frames/metrics-frames.ts';
import { toSpansFrame, toTracesFrame } from '../frames/search-frames.ts';
import { toSpanGraphFrames } from '../frames/span-graph-frames.ts';
import { toTraceFrame } from '../frames/trace-frame.ts';
import { appId, waterfallPanelId } from '../model/plugin-ids.ts';
import { defaultExemplars, defaultLimit, defaultSpansPerTrace, problemOfTraceId, traceIdOf } from '../model/query.ts';
import type { TracewellQuery } from '../model/query.ts';

export interface AnswerContext {
  readonly data: HostData;
  readonly range: GrafanaTimeRange;
  readonly datasourceUid: string;
  readonly datasourceName: string;
  /** Spans of a trace as Grafana's node graph, beside the trace. */
  readonly spanGraph: boolean;
  /** Milliseconds that a step of a metrics query has at least. */
  readonly intervalMs: number;
  /** A further frame for our own panel, which Explore then shows below the trace. */
  readonly ownPanel: boolean;
  readonly signal: AbortSignal;
}

/** Frames of the answer, none if nothing matches. Throws a `HostError`; `not-found` for an id without a trace. */
export async function answerQuery(query: TracewellQuery, context: AnswerContext): Promise<DataFrame[]> {
  const text = query.query ?? '';
  switch (query.queryType) {
    case 'serviceGraph':
      return answerGraph(text, query.refId, context);
    case 'match':
      return answerMatch(query, context);
    default: {
      const id = traceIdOf(text);
      if (id !== undefined) {
        const found = await context.data.trace(id, context.signal);
        if (found === undefined) {
          throw await notFound(text.trim(), context);
        }
        return traceFrames(found, query.refId, context);
      }
      const problem = problemOfTraceId(text);
      if (problem !== undefined) {
        throw new HostError('invalid-query', problem);
      }
      return isMetricsQuery(text) ? answerMetrics(query, context) : answerSearch(query, context);
    }
  }
}

async function answerSearch(query: TracewellQuery, context: AnswerContext): Promise<DataFrame[]> {
  const spans = query.tableType === 'spans';
  const answer = await search(query, spans ? withSpanColumns(query.query ?? '') : (query.query ?? ''), context);
  const options = { ...context, refId: query.refId };
  return [spans ? toSpansFrame(answer, options) : toTracesFrame(answer, options)];
}

/** Steps of a metrics query whose step nobody chose. */
const usualSteps = 240;

async function answerMetrics(query: TracewellQuery, context: AnswerContext): Promise<DataFrame[]> {
  const text = query.query ?? '';
  const range = toRange(context.range);
  const kind = metricsKind(text);
  const instant = query.metricsQueryType === 'instant' || kind?.draw === 'comparison';
  const stepMs = stepOf(query.step) ?? Math.max(stepFor(range.to - range.from, usualSteps), context.intervalMs);
  const exemplars = query.exemplars ?? defaultExemplars;
  const answer = await context.data.metrics(
    { query: text, range, exemplars, ...(instant ? {} : { stepMs }) },
    context.signal
  );
  return toMetricsFrames(answer, {
    ...context,
    refId: query.refId,
    query: text,
    kind: kind ?? { draw: 'series', unit: 'number', bucketUnit: 'number' },
    instant,
    legendFormat: query.legendFormat ?? '',
  });
}

/** Milliseconds of `15s`, `1m`, `90` (seconds); undefined if nobody chose. Throws a `HostError` for what is no length of time. */
function stepOf(text: string | undefined): number | undefined {
  const step = (text ?? '').trim();
  if (step === '' || step === 'auto') {
    return undefined;
  }
  const ms = /^\d+(?:\.\d+)?$/.test(step) ? Number(step) * 1000 : durationMs(step);
  if (!(ms > 0)) {
    throw new HostError('invalid-query', `The step should be a length of time like 15s or 1m, found "${step}".`);
  }
  return ms;
}

function durationMs(text: string): number {
  return /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/.test(text) ? rangeUtil.intervalToMs(text) : Number.NaN;
}

async function answerMatch(query: TracewellQuery, context: AnswerContext): Promise<DataFrame[]> {
  const answer = await search({ ...query, limit: 1, spss: 1 }, query.query ?? '', context);
  const [first] = answer.traces;
  const found = first === undefined ? undefined : await context.data.trace(first.traceId, context.signal);
  return found === undefined ? [] : traceFrames(found, query.refId, context);
}

function search(query: TracewellQuery, text: string, { data, range, signal }: AnswerContext): Promise<SearchAnswer> {
  return data.search(
    {
      query: text,
      range: toRange(range),
      limit: positive(query.limit, defaultLimit),
      order: query.order ?? 'newest',
      spansPerTrace: positive(query.spss, defaultSpansPerTrace),
    },
    signal
  );
}

async function answerGraph(text: string, refId: string, context: AnswerContext): Promise<DataFrame[]> {
  const range = toRange(context.range);
  const graph = await context.data.serviceGraph({ query: text, range }, context.signal);
  return graph.nodes.length === 0
    ? []
    : toGraphFrames(graph, { ...context, refId, seconds: (range.to - range.from) / 1000 });
}

function traceFrames({ trace, partial }: TraceData, refId: string, context: AnswerContext): DataFrame[] {
  const frame = toTraceFrame(trace, {
    refId,
    spanLinks: [
      {
        title: 'Open in Tracewell',
        url: `/a/${appId}/trace?id=\${__value.raw}&span=\${__data.fields.spanID}&ds=${encodeURIComponent(context.datasourceUid)}`,
      },
    ],
    ...(partial === undefined ? {} : { partial }),
  });
  return [
    frame,
    ...(context.spanGraph ? toSpanGraphFrames(trace, refId) : []),
    ...(context.ownPanel
      ? [{ ...frame, name: 'Waterfall', meta: { preferredVisualisationPluginId: waterfallPanelId } }]
      : []),
  ];
}

async function notFound(text: string, { data, signal }: AnswerContext): Promise<HostError> {
  // Only to say more; what matters is known.
  const about = await data.capabilities(signal).catch((): Capabilities => ({ features: new Set() }));
  const where =
    about.retentionMs === undefined || about.retentionMs <= 0
      ? `in this ${about.product ?? 'store'}`
      : `in the last ${formatPeriod(about.retentionMs)} of this store`;
  const problem = problemOfTraceId(text);
  return new HostError(
    'not-found',
    `Trace ${text} was not found ${where}.${problem === undefined ? '' : ` ${problem}`}`
  );
}

function toRange({ from, to }: GrafanaTimeRange) {
  return { from: from.valueOf(), to: to.valueOf() };
}

function positive(value: number | undefined, otherwise: number): number {
  return value !== undefined && Number.isFinite(value) && value >= 1 ? Math.floor(value) : otherwise;
}
