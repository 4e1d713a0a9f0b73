// SPDX-License-Identifier: Apache-2.0
//
// The whole shop, from the main thread: opens the instances, tells them where the others listen, carries the queue's
// messages, collects metrics and logs, and closes everything within two seconds.

import { Worker } from 'node:worker_threads';
import { openControl } from './control.ts';
import type { FaultName } from './faults.ts';
import { epochOffset } from './kit/clock.ts';
import { createLineSink, createLokiSink, type LogSink } from './logs.ts';
import type { FromInstance, InstanceSettings, ToInstance } from './messages.ts';
import { createMetrics } from './metrics.ts';
import type { Options } from './options.ts';
import { openOutsider } from './outsiders.ts';
import { instances, outsiders, type Directory, type InstanceSpec } from './topology.ts';

export interface Shop {
  /** Base URL of `/metrics` and `/faults`. */
  readonly controlUrl: string;
  /** Flushes and ends everything; what does not end in time is ended. */
  close(): Promise<void>;
}

/** An instance is a few MB of code and small objects; without a limit each would reserve much more. */
const HEAP_MB = 48;
const CLOSE_LIMIT_MS = 1_700;

interface Instance {
  readonly spec: InstanceSpec;
  readonly worker: Worker;
  readonly listening: Promise<number>;
  readonly stopped: Promise<void>;
  send(message: ToInstance): void;
}

/**
 * Opens the shop. `workerFile` is the script that runs `runInstance` when it is started as a worker. `onFailure` is told
 * when an instance dies. A receiver that does not answer is no failure: the SDK tries again, then drops.
 */
export async function openShop(options: Options, workerFile: string, onFailure: (error: Error) => void): Promise<Shop> {
  let active: ReadonlySet<FaultName> = new Set(options.faults);
  const metrics = createMetrics();
  metrics.showFaults(active);
  const sinks: LogSink[] = [
    ...(options.logs === undefined ? [] : [createLineSink(options.logs)]),
    ...(options.loki === undefined ? [] : [createLokiSink(options.loki)]),
  ];
  const members: Instance[] = [];
  let isClosing = false;

  const receive = (spec: InstanceSpec, message: FromInstance): void => {
    if (message.kind === 'report') {
      const version = active.has('badDeploy') ? spec.badVersion : spec.version;
      metrics.observe(spec, version, message.observations);
      const records = message.logs.map((record) => ({ ...record, service: spec.service }));
      for (const sink of records.length > 0 ? sinks : []) {
        sink.write(records);
      }
    } else if (message.kind === 'publish') {
      const consumer = members.find((member) => member.spec.service === 'ledger');
      consumer?.send({ kind: 'deliver', message: message.message });
    }
  };

  const control = await openControl(options.metricsListen, metrics, {
    active: () => active,
    replace(next) {
      active = next;
      metrics.showFaults(next);
      for (const member of members) {
        member.send({ kind: 'faults', active: [...next] });
      }
    },
  });
  const servers = await Promise.all(outsiders.map(openOutsider));
  const clockOffset = epochOffset();
  for (const spec of instances) {
    const { otlpEndpoint, rate } = options;
    const settings: InstanceSettings = { spec, otlpEndpoint, rate, faults: [...active], clockOffset };
    members.push(
      startInstance(settings, workerFile, receive, (error) => {
        if (!isClosing) {
          onFailure(error);
        }
      })
    );
  }

  const directory: Record<string, number[]> = {};
  for (const { name, port } of servers) {
    directory[name] = [port];
  }
  for (const member of members) {
    (directory[member.spec.service] ??= []).push(await member.listening);
  }
  for (const member of members) {
    member.send({ kind: 'start', directory: directory satisfies Directory });
  }

  return {
    controlUrl: control.url,
    async close() {
      isClosing = true;
      control.close();
      for (const member of members) {
        member.send({ kind: 'stop' });
      }
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, CLOSE_LIMIT_MS);
      });
      const ended = Promise.all(members.map((member) => member.stopped));
      await Promise.race([ended.then(() => Promise.all(sinks.map((sink) => sink.close()))), limit]);
      clearTimeout(timer);
      for (const server of servers) {
        server.close();
      }
      await Promise.all(members.map((member) => member.worker.terminate()));
    },
  };
}

function startInstance(
  settings: InstanceSettings,
  workerFile: string,
  receive: (spec: InstanceSpec, message: FromInstance) => void,
  onFailure: (error: Error) => void
): Instance {
  const { spec } = settings;
  const worker = new Worker(workerFile, {
    workerData: settings,
    name: spec.instanceId,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 4 },
  });
  let resolveListening: (port: number) => void = () => undefined;
  let resolveStopped: () => void = () => undefined;
  const listening = new Promise<number>((resolve, reject) => {
    resolveListening = resolve;
    worker.once('error', reject);
  });
  const stopped = new Promise<void>((resolve) => {
    resolveStopped = resolve;
  });
  worker.on('message', (message: FromInstance) => {
    if (message.kind === 'listening') {
      resolveListening(message.port);
    } else if (message.kind === 'stopped') {
      resolveStopped();
    } else {
      receive(spec, message);
    }
  });
  worker.on('error', (cause) => {
    onFailure(
      new Error(`${spec.instanceId} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    );
  });
  worker.on('exit', () => resolveStopped());
  return { spec, worker, listening, stopped, send: (message) => worker.postMessage(message) };
}
