// SPDX-License-Identifier: Apache-2.0
//
// An application as it would be: makes spans with the OpenTelemetry SDK and sends them with the exporter that the first
// argument names (grpc, proto or json) to the address of the second. Prints the trace id and, as base64, the same
// spans as the SDK's own serializer writes them. A third argument says how often it exports the spans before it gives up:
// the exporter over gRPC leaves that to others. A process of its own, because the exporters load parts of
// themselves in ways that jest does not run.
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';

const [kind, url, attempts = '1'] = process.argv.slice(2);
const exporters = { grpc: GrpcExporter, proto: ProtoExporter, json: JsonExporter };

const memory = new InMemorySpanExporter();
const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'shop', 'service.version': '1.2.3', 'process.pid': 42 }),
  spanProcessors: [new SimpleSpanProcessor(memory)],
});
const tracer = provider.getTracer('shop-tracer', '0.1.0');
const server = tracer.startSpan('GET /cart', {
  kind: SpanKind.SERVER,
  attributes: { 'http.route': '/cart', ok: true },
});
const { traceId, spanId } = server.spanContext();
const child = tracer.startSpan(
  'SELECT items',
  {
    kind: SpanKind.CLIENT,
    attributes: { 'db.system.name': 'postgresql', rows: 17, ratio: 0.25, tags: ['a', 'b'], sizes: [1, 2] },
    links: [{ context: { traceId, spanId, traceFlags: TraceFlags.SAMPLED }, attributes: { why: 'batch' } }],
  },
  trace.setSpan(ROOT_CONTEXT, server)
);
child.addEvent('retry', { attempt: 2 });
child.recordException(new Error('connection reset'));
child.setStatus({ code: SpanStatusCode.ERROR, message: 'no connection' });
child.end();
server.end();
await provider.forceFlush();

const spans = memory.getFinishedSpans();
const exporter = new exporters[kind]({ url });
const send = () => new Promise((resolve) => exporter.export(spans, ({ error }) => resolve(error)));
let error = await send();
for (let attempt = 1; error !== undefined && attempt < Number(attempts); attempt += 1) {
  error = await send();
}
if (error !== undefined) {
  throw error;
}
await exporter.shutdown();
const serialized = Buffer.from(ProtobufTraceSerializer.serializeRequest(spans)).toString('base64');
process.stdout.write(JSON.stringify({ traceId, serialized }));
