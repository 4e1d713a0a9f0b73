// SPDX-License-Identifier: Apache-2.0
//
// One instance of a service, in a worker thread: starts telemetry, then the service's own code, and reports what it
// served and logged to the main thread.

import type { MessagePort } from 'node:worker_threads';
import { context, propagation, trace, type Attributes } from '@opentelemetry/api';
import { getRPCMetadata } from '@opentelemetry/core';
import type { FaultName } from './faults.ts';
import { createCaller, type Caller } from './kit/client.ts';
import { createRouter } from './kit/router.ts';
import { inSpan, processMessage, runCacheCommand, runQuery, sendMessage, type Service } from './kit/service.ts';
import { startTelemetry } from './kit/telemetry.ts';
import type { FromInstance, InstanceSettings, LogRecord, Observation, QueueMessage, ToInstance } from './messages.ts';
import { serviceMains } from './services/index.ts';

const REPORT_EVERY_MS = 1_000;
/** What is left of the 2 s in which the shop has to close. */
const FLUSH_LIMIT_MS = 1_200;

/** Runs until the main thread says stop. */
export async function runInstance(settings: InstanceSettings, port: MessagePort): Promise<void> {
  let active: ReadonlySet<FaultName> = new Set(settings.faults);
  const isOn = (fault: FaultName): boolean => active.has(fault);
  const post = (message: FromInstance): void => port.postMessage(message);
  const telemetry = startTelemetry(settings, isOn);

  let observations: Observation[] = [];
  let logs: LogRecord[] = [];
  const report = (): void => {
    if (observations.length > 0 || logs.length > 0) {
      post({ kind: 'report', observations, logs });
      observations = [];
      logs = [];
    }
  };
  const reporting = setInterval(report, REPORT_EVERY_MS);

  const router = createRouter((observation) => observations.push(observation));
  let caller: Caller | undefined;
  let isRunning = true;
  const loops: (() => Promise<void>)[] = [];
  let consume: ((message: QueueMessage) => void) | undefined;
  const { tracer } = telemetry;
  const service: Service = {
    spec: settings.spec,
    rate: settings.rate,
    route: router.route,
    call: (call) => (caller === undefined ? Promise.reject(new Error('the shop has not opened yet')) : caller(call)),
    isOn,
    operation: (name, attributes, run) => {
      const span = tracer.startSpan(name, { attributes });
      return inSpan(span, () => run(span));
    },
    query: (query) => runQuery(tracer, query),
    cache: (command, key, medianMs) => runCacheCommand(tracer, command, key, medianMs),
    publish: (body) => sendMessage(tracer, body, (message) => post({ kind: 'publish', message })),
    subscribe(process) {
      // One at a time, as a consumer of one partition does; the rest waits in line.
      let last = Promise.resolve();
      consume = (message) => {
        last = last.then(() => processMessage(tracer, message, process)).catch(() => undefined);
      };
    },
    log(level, message, fields = {}) {
      const { traceId = '', spanId = '' } = trace.getActiveSpan()?.spanContext() ?? {};
      logs.push({ timeUnixMilli: Date.now(), level, message, traceId, spanId, fields });
    },
    repeat: (next) => loops.push(next),
    annotate(attributes: Attributes) {
      const span = getRPCMetadata(context.active())?.span ?? trace.getActiveSpan();
      span?.setAttributes(attributes);
    },
  };
  serviceMains[settings.spec.service](service);

  port.on('message', (message: ToInstance) => {
    switch (message.kind) {
      case 'start':
        caller = createCaller(message.directory);
        for (const next of loops) {
          void runLoop(next, () => isRunning);
        }
        break;
      case 'faults':
        active = new Set(message.active);
        break;
      case 'deliver':
        consume?.(message.message);
        break;
      case 'stop':
        isRunning = false;
        clearInterval(reporting);
        report();
        router.close();
        void telemetry.shutdown(FLUSH_LIMIT_MS).then(() => {
          post({ kind: 'stopped' });
          propagation.disable();
          port.close();
        });
        break;
    }
  });
  post({ kind: 'listening', port: await router.listen() });
}

async function runLoop(next: () => Promise<void>, isRunning: () => boolean): Promise<void> {
  while (isRunning()) {
    await next();
  }
}
