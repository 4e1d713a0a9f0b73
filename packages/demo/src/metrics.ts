// SPDX-License-Identifier: Apache-2.0
//
// The shop's Prometheus metrics, with exemplars that lead to traces.

import { Gauge, Histogram, Registry } from 'prom-client';
import { faultNames, type FaultName } from './faults.ts';
import type { Observation } from './messages.ts';
import type { InstanceSpec } from './topology.ts';

export interface Metrics {
  observe(spec: InstanceSpec, version: string, observations: readonly Observation[]): void;
  showFaults(active: ReadonlySet<FaultName>): void;
  /** OpenMetrics text. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

export function createMetrics(): Metrics {
  const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  // The label names are not part of the type, because the type would demand them of exemplars too.
  const durations = new Histogram<string>({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of HTTP server requests.',
    labelNames: [
      'service_name',
      'service_version',
      'service_instance_id',
      'http_request_method',
      'http_route',
      'http_response_status_code',
    ],
    // The boundaries that OpenTelemetry's semantic conventions recommend.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    enableExemplars: true,
    registers: [registry],
  });
  const active = new Gauge({
    name: 'demo_fault_active',
    help: 'Whether a fault of the demo is switched on.',
    labelNames: ['fault'] as const,
    registers: [registry],
  });
  return {
    observe(spec, version, observations) {
      for (const { method, route, status, seconds, traceId, spanId } of observations) {
        durations.observe({
          labels: {
            service_name: spec.service,
            service_version: version,
            service_instance_id: spec.instanceId,
            http_request_method: method,
            http_route: route,
            http_response_status_code: String(status),
          },
          value: seconds,
          exemplarLabels: { trace_id: traceId, span_id: spanId },
        });
      }
    },
    showFaults(faults) {
      for (const fault of faultNames) {
        active.set({ fault }, faults.has(fault) ? 1 : 0);
      }
    },
    async render() {
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
