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
import type { InstanceSpec } from '../topology.ts';

/** How far the clock of `quote` is ahead when `clockSkew` is on. */
const SKEW_SECONDS = 0.4;
const EXPORT_EVERY_MS = 1_000;

export interface Telemetry {
  readonly tracer: Tracer;
  /** Sends what is buffered and stops; gives up after `limitMs`. */
  shutdown(limitMs: number): Promise<void>;
}

/** Must run before the first use of `node:http` in this isolate. `isOn` is asked again for each decision. */
export function startTelemetry(
  spec: InstanceSpec,
  otlpEndpoint: string,
  isOn: (fault: FaultName) => boolean
): Telemetry {
  const exporter = new OTLPTraceExporter({ url: `${otlpEndpoint}/v1/traces` });
  const provider = new BasicTracerProvider({
    resource: resourceOf(spec, spec.version),
    spanProcessors: [
      new ShopSpanProcessor(),
      new BatchSpanProcessor(distort(exporter, spec, isOn), {
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
  createRequire(process.argv[1] ?? '/')('node:http');
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

/** Names calls by their template (`GET /cart/{user}`), and copies what the request carries in its baggage to each span. */
class ShopSpanProcessor implements SpanProcessor {
  onStart(span: Span, parentContext: Context): void {
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

/** An exporter that changes what the faults say must be wrong about the spans themselves. */
function distort(exporter: SpanExporter, spec: InstanceSpec, isOn: (fault: FaultName) => boolean): SpanExporter {
  const badResource = resourceOf(spec, spec.badVersion);
  return {
    export(spans, done) {
      const isSkewed = spec.service === 'quote' && isOn('clockSkew');
      const isBad = spec.badVersion !== spec.version && isOn('badDeploy');
      const changed =
        !isSkewed && !isBad ? spans : spans.map((span) => changedSpan(span, isSkewed, isBad, badResource));
      exporter.export(changed, done);
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}

function changedSpan(span: ReadableSpan, isSkewed: boolean, isBad: boolean, badResource: Resource): ReadableSpan {
  const late = ([seconds, nanos]: HrTime): HrTime => {
    const sum = nanos + SKEW_SECONDS * 1e9;
    return [seconds + Math.floor(sum / 1e9), sum % 1e9];
  };
  // The span's own fields are read through its prototype chain, so only what differs is written here.
  const copy: ReadableSpan = Object.create(span, {
    ...(isBad ? { resource: { value: badResource } } : {}),
    ...(isSkewed
      ? {
          startTime: { value: late(span.startTime) },
          endTime: { value: late(span.endTime) },
          events: { value: span.events.map((event) => ({ ...event, time: late(event.time) })) },
        }
      : {}),
  });
  return copy;
}
