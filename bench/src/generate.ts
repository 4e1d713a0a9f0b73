// SPDX-License-Identifier: Apache-2.0
//
// The data of the benchmark: a shop of twelve services, thirty spans a trace, nine attributes a span, about 300 bytes a
// span on the wire. A few requests are made in full as templates; later ones are copies with other ids and times
// written into the same bytes, which is far cheaper than encoding and keeps the generator out of the measurement.
import { WireWriter } from '@tracewell/protocols';
import { createHash } from 'node:crypto';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';

export const spansPerTrace = 30;
export const tracesPerRequest = 20;
export const spansPerRequest = spansPerTrace * tracesPerRequest;
const templateCount = 24;

const services = [
  'web',
  'storefront',
  'catalog',
  'cart',
  'checkout',
  'pricing',
  'payment',
  'shipping',
  'email',
  'ledger',
  'quote',
  'fraud',
];
const routes = ['/', '/product/{id}', '/cart', '/checkout', '/search', '/api/quote', '/api/charge', '/health'];
const tables = ['orders', 'items', 'users', 'prices'];
const tiers = ['free', 'plus', 'gold'];
const regions = ['eu-west', 'eu-north', 'us-east', 'ap-south'];

interface Template {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Offsets of the 16 bytes of each span's trace id, with the trace's number. */
  readonly traceIds: readonly (readonly [offset: number, trace: number])[];
  /** Offsets of 8 bytes that hold a span id, with the span's number in the request. */
  readonly spanIds: readonly (readonly [offset: number, span: number])[];
  /** Offsets of 8 bytes that hold a time, with nanoseconds after the request's start. */
  readonly times: readonly (readonly [offset: number, nanos: number])[];
}

export interface Generator {
  /** The request with this number, the same in every run. `start` is its first span's time. */
  request(number: number, start: bigint): Uint8Array<ArrayBuffer>;
  traceId(request: number, trace: number): string;
  /** Of the templates: says that two runs sent the same data. */
  readonly checksum: string;
  readonly bytesPerSpan: number;
}

/** Marks that cannot occur by chance, found again in the finished bytes to learn the offsets. */
function mark(kind: number, number: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size).fill(0xa5);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, kind);
  view.setUint32(4, number);
  return bytes;
}

export function createGenerator(seed: number): Generator {
  const random = createRandom(seed);
  const templates = Array.from({ length: templateCount }, () => createTemplate(random));
  const hash = createHash('sha256');
  templates.forEach(({ bytes }) => hash.update(bytes));
  const template = (number: number): Template => {
    const found = templates[number % templateCount];
    if (found === undefined) {
      throw new Error('no template');
    }
    return found;
  };
  return {
    checksum: hash.digest('hex').slice(0, 16),
    bytesPerSpan: templates.reduce((sum, { bytes }) => sum + bytes.length, 0) / (templateCount * spansPerRequest),
    traceId: (request, trace) =>
      traceWords(seed, request, trace)
        .map((word) => word.toString(16).padStart(8, '0'))
        .join(''),
    request(number, start) {
      const { bytes, traceIds, spanIds, times } = template(number);
      const copy = bytes.slice();
      const view = new DataView(copy.buffer);
      for (const [offset, trace] of traceIds) {
        traceWords(seed, number, trace).forEach((word, index) => view.setUint32(offset + 4 * index, word));
      }
      for (const [offset, span] of spanIds) {
        view.setUint32(offset, scramble(number * spansPerRequest + span + seed));
        view.setUint32(offset + 4, number * spansPerRequest + span + 1);
      }
      for (const [offset, nanos] of times) {
        view.setBigUint64(offset, start + BigInt(nanos), true);
      }
      return copy;
    },
  };
}

function traceWords(seed: number, request: number, trace: number): number[] {
  const number = request * tracesPerRequest + trace;
  return [scramble(number + seed), scramble(number ^ 0x5bd1e995), scramble(~number), number + 1].map(
    (word) => word >>> 0
  );
}

function scramble(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function createTemplate(random: Random): Template {
  const writer = new WireWriter();
  const byService = new Map<string, (() => void)[]>();
  const timeOffsets: number[] = [];
  for (let trace = 0; trace < tracesPerRequest; trace += 1) {
    const traceStart = random.integer(1_000_000_000);
    for (let index = 0; index < spansPerTrace; index += 1) {
      const service = index === 0 ? 'web' : random.pick(services);
      const span = trace * spansPerTrace + index;
      const parent = index === 0 ? undefined : trace * spansPerTrace + random.integer(index);
      const start = traceStart + index * 1_000_000;
      const duration = Math.floor(10_000 * Math.exp(random.unit() * 9)) + (index === 0 ? 40_000_000 : 0);
      timeOffsets[2 * span] = start;
      timeOffsets[2 * span + 1] = start + duration;
      const write = spanWriter(writer, random, { trace, span, parent, index });
      byService.set(service, [...(byService.get(service) ?? []), write]);
    }
  }
  for (const [service, writes] of byService) {
    const resourceSpans = writer.begin(1);
    const resource = writer.begin(1);
    attribute(writer, 1, 'service.name', service);
    attribute(writer, 1, 'service.version', '1.4.2');
    attribute(writer, 1, 'service.instance.id', `${service}-7d9f8b6c5-x2x4z`);
    attribute(writer, 1, 'deployment.environment.name', 'production');
    writer.end(resource);
    const scopeSpans = writer.begin(2);
    const scope = writer.begin(1);
    writer.text(1, '@opentelemetry/instrumentation-http');
    writer.text(2, '0.223.0');
    writer.end(scope);
    writes.forEach((write) => write());
    writer.end(scopeSpans);
    writer.end(resourceSpans);
  }
  return findOffsets(writer.finish(), timeOffsets);
}

function spanWriter(
  writer: WireWriter,
  random: Random,
  { trace, span, parent, index }: { trace: number; span: number; parent: number | undefined; index: number }
): () => void {
  const isDatabase = index % 5 === 4;
  const kind = index === 0 ? 2 : isDatabase ? 3 : 1 + random.integer(3);
  const route = random.pick(routes);
  const table = random.pick(tables);
  const failed = random.unit() < 0.02;
  const tier = random.pick(tiers);
  const region = random.pick(regions);
  const user = `user-${String(random.integer(20_000))}`;
  const items = random.integer(40);
  return () => {
    const message = writer.begin(2);
    writer.bytes(1, mark(1, trace, 16));
    writer.bytes(2, mark(2, span, 8));
    if (parent !== undefined) {
      writer.bytes(4, mark(2, parent, 8));
    }
    writer.text(5, isDatabase ? `SELECT ${table}` : `GET ${route}`);
    writer.uint32(6, kind);
    writer.fixed64(7, markedTime(2 * span));
    writer.fixed64(8, markedTime(2 * span + 1));
    if (isDatabase) {
      attribute(writer, 9, 'db.system.name', 'postgresql');
      attribute(writer, 9, 'db.namespace', 'shop');
      attribute(writer, 9, 'db.query.text', `SELECT * FROM ${table} WHERE id = $1`);
      attribute(writer, 9, 'db.operation.name', 'SELECT');
    } else {
      attribute(writer, 9, 'http.request.method', 'GET');
      attribute(writer, 9, 'http.route', route);
      attribute(writer, 9, 'http.response.status_code', failed ? 500 : 200);
      attribute(writer, 9, 'url.path', route);
    }
    attribute(writer, 9, 'user.tier', tier);
    attribute(writer, 9, 'app.region', region);
    attribute(writer, 9, 'user.id', user);
    attribute(writer, 9, 'app.cart.items', items);
    attribute(writer, 9, 'thread.id', 1 + (index % 8));
    if (failed) {
      const status = writer.begin(15);
      writer.text(2, 'upstream failed');
      writer.uint32(3, 2);
      writer.end(status);
    }
    writer.end(message);
  };
}

/** A time that is no time: found again and replaced. */
function markedTime(slot: number): bigint {
  const bytes = mark(3, slot, 8);
  return new DataView(bytes.buffer).getBigUint64(0, true);
}

function attribute(writer: WireWriter, field: number, key: string, value: string | number): void {
  const entry = writer.begin(field);
  writer.text(1, key);
  const any = writer.begin(2);
  if (typeof value === 'string') {
    writer.text(1, value);
  } else {
    writer.int64(3, BigInt(value));
  }
  writer.end(any);
  writer.end(entry);
}

function findOffsets(bytes: Uint8Array<ArrayBuffer>, timeOffsets: readonly number[]): Template {
  const view = new DataView(bytes.buffer);
  const traceIds: [number, number][] = [];
  const spanIds: [number, number][] = [];
  const times: [number, number][] = [];
  for (let offset = 0; offset + 8 <= bytes.length; offset += 1) {
    if (bytes[offset] !== 0xa5 || bytes[offset + 1] !== 0xa5 || bytes[offset + 2] !== 0) {
      continue;
    }
    const kind = bytes[offset + 3];
    const number = view.getUint32(offset + 4);
    if (kind === 1) {
      traceIds.push([offset, number]);
      offset += 15;
    } else if (kind === 2) {
      spanIds.push([offset, number]);
      offset += 7;
    } else if (kind === 3) {
      times.push([offset, timeOffsets[number] ?? 0]);
      offset += 7;
    }
  }
  return { bytes, traceIds, spanIds, times };
}
