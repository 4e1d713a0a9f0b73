// SPDX-License-Identifier: Apache-2.0
//
// OpenTelemetry for one instance: SDK, W3C propagation, automatic instrumentation of node:http, export by OTLP. What is
// special to a demo (a clock that is wrong, a version that changes while running) happens to spans on their way out.

import { createRequire } from 'node:module';
import {
  context,
  propagation,
  SpanKind,
  trace,
  type Context,
  type HrTime,
  type TextMapPropagator,
  type Tracer,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { defaultResource, resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type Span,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { FaultName } from '../faults.ts';
import type { InstanceSettings } from '../messages.ts';
import type { InstanceSpec } from '../topology.ts';
import { addTime, createClock } from './clock.ts';

/** How far the clock of `quote` is ahead when `clockSkew` is on. */
const SKEW: HrTime = [0, 400_000_000];
const EXPORT_EVERY_MS = 2_000;

export interface Telemetry {
  readonly tracer: Tracer;
  /** Sends what is buffered and stops; gives up after `limitMs`. */
  shutdown(limitMs: number): Promise<void>;
}

/** Must run before the first use of `node:http` in this isolate. `isOn` is asked again for each decision. */
export function startTelemetry(settings: InstanceSettings, isOn: (fault: FaultName) => boolean): Telemetry {
  const { spec, otlpEndpoint } = settings;
  const starts: StartTimes = new WeakMap();
  const exporter = new OTLPTraceExporter({ url: `${otlpEndpoint}/v1/traces` });
  const provider = new BasicTracerProvider({
    resource: resourceOf(spec, spec.version),
    spanProcessors: [
      new ShopSpanProcessor(createClock(settings.clockOffset), starts),
      new BatchSpanProcessor(distort(exporter, spec, starts, isOn), {
        scheduledDelayMillis: EXPORT_EVERY_MS,
        maxQueueSize: 20_000,
      }),
    ],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(propagatorFor(spec, isOn));
  trace.setGlobalTracerProvider(provider);
  const instrumentation = new HttpInstrumentation({
    startOutgoingSpanHook: (request) => {
      const template: unknown = Reflect.get(request, 'urlTemplate');
      return typeof template === 'string' ? { 'url.template': template } : {};
    },
  });
  instrumentation.setTracerProvider(provider);
  // Instrumentation takes effect when the module is next required; in a bundle it has been imported before.
  createRequire(`${process.cwd()}/`)('node:http');
  return {
    tracer: provider.getTracer('shop', spec.version),
    async shutdown(limitMs) {
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, limitMs);
      });
      // A store that is gone must not keep the shop from closing.
      await Promise.race([provider.shutdown().catch(() => undefined), limit]);
      clearTimeout(timer);
    },
  };
}

function resourceOf(spec: InstanceSpec, version: string): Resource {
  return defaultResource().merge(
    resourceFromAttributes({
      'service.name': spec.service,
      'service.namespace': 'shop',
      'service.version': version,
      'service.instance.id': spec.instanceId,
      'deployment.environment.name': 'demo',
      'cloud.availability_zone': spec.zone,
      'host.name': `node-${spec.instanceId}`,
    })
  );
}

/** When spans really started, by the span. */
type StartTimes = WeakMap<object, HrTime>;

/** Names calls by their template (`GET /cart/{user}`), and copies what the request carries in its baggage to each span. */
class ShopSpanProcessor implements SpanProcessor {
  private readonly now: () => HrTime;
  private readonly starts: StartTimes;
  constructor(now: () => HrTime, starts: StartTimes) {
    this.now = now;
    this.starts = starts;
  }
  onStart(span: Span, parentContext: Context): void {
    this.starts.set(span, this.now());
    const template = span.attributes['url.template'];
    if (span.kind === SpanKind.CLIENT && typeof template === 'string') {
      span.updateName(`${String(span.attributes['http.request.method'])} ${template}`);
    }
    for (const [key, { value }] of propagation.getBaggage(parentContext)?.getAllEntries() ?? []) {
      span.setAttribute(key, value);
    }
  }
  onEnd(): void {
    // Nothing is left to do for a span that ended.
  }
  shutdown(): Promise<void> {
    return Promise.resolve();
  }
  forceFlush(): Promise<void> {
    return Promise.resolve();
  }
}

function propagatorFor(spec: InstanceSpec, isOn: (fault: FaultName) => boolean): TextMapPropagator {
  const propagator = new CompositePropagator({
    propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
  });
  if (spec.service !== 'ads') {
    return propagator;
  }
  return {
    inject: (...args) => propagator.inject(...args),
    extract: (from, ...args) => (isOn('lostContext') ? from : propagator.extract(from, ...args)),
    fields: () => propagator.fields(),
  };
}

/**
 * An exporter that gives spans the time at which they really started, and then changes what the faults say must be wrong
 * about the spans themselves.
 */
function distort(
  exporter: SpanExporter,
  spec: InstanceSpec,
  starts: StartTimes,
  isOn: (fault: FaultName) => boolean
): SpanExporter {
  const badResource = resourceOf(spec, spec.badVersion);
  return {
    export(spans, done) {
      const skew: HrTime = spec.service === 'quote' && isOn('clockSkew') ? SKEW : [0, 0];
      const isBad = spec.badVersion !== spec.version && isOn('badDeploy');
      const changed = spans.map((span) => {
        const start = addTime(starts.get(span) ?? span.startTime, skew);
        return changedSpan(span, start, isBad ? badResource : span.resource);
      });
      exporter.export(changed, done);
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}

function changedSpan(span: ReadableSpan, startTime: HrTime, resource: Resource): ReadableSpan {
  const shift: HrTime = [startTime[0] - span.startTime[0], startTime[1] - span.startTime[1]];
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => span.spanContext(),
    ...(span.parentSpanContext === undefined ? {} : { parentSpanContext: span.parentSpanContext }),
    startTime,
    endTime: addTime(startTime, span.duration),
    status: span.status,
    attributes: span.attributes,
    links: span.links,
    events: span.events.map((event) => ({ ...event, time: addTime(event.time, shift) })),
    duration: span.duration,
    ended: span.ended,
    resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}
