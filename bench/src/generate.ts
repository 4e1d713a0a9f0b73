// SPDX-License-Identifier: Apache-2.0
//
// The data of the benchmark: the shop of scenarios.ts, twelve services, thirty spans a trace, as a collector would send
// it: twenty traces a request, grouped by service and instrumentation. A few requests are made in full as templates;
// later ones are copies with other ids, times, users and orders written into the same bytes, which is far cheaper than
// encoding and keeps the generator out of the measurement.
import { WireWriter } from '@tracewell/protocols';
import { createHash } from 'node:crypto';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { planTrace } from './scenarios.ts';
import type { Attributes, SpanPlan, Value } from './shop.ts';
import { slotsPerTrace } from './shop.ts';

export const spansPerTrace = 30;
export const tracesPerRequest = 20;
export const spansPerRequest = spansPerTrace * tracesPerRequest;
const templateCount = 24;
/** Requests that the checksum covers: each template twice, so that what differs between its copies counts too. */
const checkedRequests = 2 * templateCount;
const digitValues = 20_000;

/** The seed of the measured data, and its checksum: figures are comparable while this stays as it is. */
export const benchSeed = 20261121;
export const benchChecksum = 'c8fc75aca15176f8';

type Offsets = readonly (readonly [offset: number, number: number])[];

interface Template {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Offsets of the 16 bytes of each span's trace id, with the trace's number. */
  readonly traceIds: Offsets;
  /** Offsets of 8 bytes that hold a span id, with the span's number in the request. */
  readonly spanIds: Offsets;
  /** Offsets of 8 bytes that hold a time, with nanoseconds after the request's start. */
  readonly times: Offsets;
  /** Offsets of 8 characters, with the slot in the request. */
  readonly digits: Offsets;
  readonly hex: Offsets;
  /** Distinct keys of the attributes of spans, events and links. */
  readonly keys: ReadonlySet<string>;
  readonly attributes: number;
}

export interface Generator {
  /** The request with this number, the same in every run. `start` is its first span's time. */
  request(number: number, start: bigint): Uint8Array<ArrayBuffer>;
  traceId(request: number, trace: number): string;
  /** Of the bytes of the first requests: says that two runs sent the same data. */
  readonly checksum: string;
  readonly bytesPerSpan: number;
  readonly attributesPerSpan: number;
  /** Distinct attribute keys of spans, events and links. */
  readonly keys: number;
}

export function createGenerator(seed: number): Generator {
  const random = createRandom(seed);
  const templates = Array.from({ length: templateCount }, () => createTemplate(random));
  const sum = (of: (template: Template) => number) => templates.reduce((total, template) => total + of(template), 0);
  const request = (number: number, start: bigint) => {
    const template = templates[number % templateCount];
    if (template === undefined) {
      throw new Error('no template');
    }
    return copy(template, seed, number, start);
  };
  const hash = createHash('sha256');
  for (let number = 0; number < checkedRequests; number += 1) {
    hash.update(request(number, 1_700_000_000_000_000_000n));
  }
  return {
    checksum: hash.digest('hex').slice(0, 16),
    bytesPerSpan: sum(({ bytes }) => bytes.length) / (templateCount * spansPerRequest),
    attributesPerSpan: sum(({ attributes }) => attributes) / (templateCount * spansPerRequest),
    keys: new Set(templates.flatMap(({ keys }) => [...keys])).size,
    traceId: (number, trace) =>
      traceWords(seed, number, trace)
        .map((word) => word.toString(16).padStart(8, '0'))
        .join(''),
    request,
  };
}

/** The measured data. Throws if it is not the data that was measured before. */
export function createBenchGenerator(): Generator {
  const generator = createGenerator(benchSeed);
  if (generator.checksum !== benchChecksum) {
    throw new Error(
      `the benchmark's data has changed: expected checksum ${benchChecksum}, found ${generator.checksum}; figures from before cannot be compared any more, so say so where they are recorded and put the new one into bench/src/generate.ts`
    );
  }
  return generator;
}

function copy(template: Template, seed: number, number: number, start: bigint): Uint8Array<ArrayBuffer> {
  const bytes = template.bytes.slice();
  const view = new DataView(bytes.buffer);
  for (const [offset, trace] of template.traceIds) {
    const [a, b, c, d] = traceWords(seed, number, trace);
    view.setUint32(offset, a);
    view.setUint32(offset + 4, b);
    view.setUint32(offset + 8, c);
    view.setUint32(offset + 12, d);
  }
  for (const [offset, span] of template.spanIds) {
    const id = number * spansPerRequest + span + 1;
    view.setUint32(offset, scramble(id + seed));
    view.setUint32(offset + 4, scramble(id ^ 0x2545f491));
  }
  const startLow = Number(start & 0xffff_ffffn);
  const startHigh = Number(start >> 32n);
  for (const [offset, nanos] of template.times) {
    const low = startLow + nanos;
    view.setUint32(offset, low % 0x1_0000_0000, true);
    view.setUint32(offset + 4, startHigh + Math.floor(low / 0x1_0000_0000), true);
  }
  for (const [offset, slot] of template.digits) {
    let rest = scramble(number * tracesPerRequest * slotsPerTrace + slot + seed) % digitValues;
    for (let at = offset + 7; at >= offset; at -= 1) {
      bytes[at] = 48 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
  }
  for (const [offset, slot] of template.hex) {
    let rest = scramble(number * tracesPerRequest * slotsPerTrace + slot + seed);
    for (let at = offset + 7; at >= offset; at -= 1) {
      const digit = rest & 15;
      bytes[at] = digit < 10 ? 48 + digit : 87 + digit;
      rest >>>= 4;
    }
  }
  return bytes;
}

function traceWords(seed: number, request: number, trace: number): [number, number, number, number] {
  const number = request * tracesPerRequest + trace;
  return [scramble(number + seed), scramble(number ^ 0x5bd1e995), scramble(~number), scramble(number * 31 + seed)];
}

function scramble(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Marks that cannot occur by chance, found again in the finished bytes to learn the offsets. */
const marks = { trace: 1, span: 2, time: 3, digits: 4, hex: 5 } as const;

function mark(kind: number, number: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size).fill(0xa5);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, kind);
  view.setUint32(4, number);
  return bytes;
}

/** A time that is no time: found again and replaced. */
function markedTime(slot: number): bigint {
  return new DataView(mark(marks.time, slot, 8).buffer).getBigUint64(0, true);
}

interface Placed {
  readonly plan: SpanPlan;
  readonly trace: number;
  /** Number of the span in the request. */
  readonly span: number;
  readonly parent: number | undefined;
  start: number;
  end: number;
}

const eventTime = 2 * spansPerRequest;

function createTemplate(random: Random): Template {
  const placed: Placed[] = [];
  for (let trace = 0; trace < tracesPerRequest; trace += 1) {
    place(planTrace(random, spansPerTrace), placed, trace, undefined, random.integer(1_000_000_000));
  }
  const times: number[] = [];
  const groups = new Map<string, Map<string, Placed[]>>();
  for (const span of placed) {
    times[2 * span.span] = span.start;
    times[2 * span.span + 1] = span.end;
    times[eventTime + span.span] = Math.floor((span.start + span.end) / 2);
    const { service, scope } = span.plan;
    const scopes = groups.get(service) ?? new Map<string, Placed[]>();
    scopes.set(scope, [...(scopes.get(scope) ?? []), span]);
    groups.set(service, scopes);
  }
  const writer = new AttributeWriter();
  for (const [service, scopes] of groups) {
    writeService(writer, service, scopes);
  }
  return { ...findOffsets(writer.finish(), times), keys: writer.keys, attributes: writer.count };
}

/** Lays a plan out in time, parents before children. */
function place(plan: SpanPlan, placed: Placed[], trace: number, parent: number | undefined, start: number): Placed {
  const own: Placed = { plan, trace, span: placed.length, parent, start, end: start };
  placed.push(own);
  const nanos = plan.microseconds * 1000;
  let next = start + Math.floor(nanos * 0.3);
  const begun = plan.children
    .filter(({ deferred }) => deferred !== true)
    .map((child) => place(child, placed, trace, own.span, 0));
  for (const child of begun) {
    move(placed, child, next);
    next = child.end + 15_000;
  }
  own.end = next + Math.ceil(nanos * 0.7);
  for (const child of plan.children.filter(({ deferred }) => deferred === true)) {
    place(child, placed, trace, own.span, own.end + 3_000_000);
  }
  return own;
}

/** Moves a subtree, which lies behind its root in the list, to another start. */
function move(placed: readonly Placed[], root: Placed, start: number): void {
  const by = start - root.start;
  const members = new Set([root.span]);
  for (const span of placed.slice(root.span)) {
    if (span === root || (span.parent !== undefined && members.has(span.parent))) {
      members.add(span.span);
      span.start += by;
      span.end += by;
    }
  }
}

/** Writes attributes, and remembers their keys. */
class AttributeWriter extends WireWriter {
  readonly keys = new Set<string>();
  count = 0;

  attributes(field: number, attributes: Attributes, trace: number): void {
    for (const [key, value] of Object.entries(attributes)) {
      this.keys.add(key);
      this.plain(field, key, value, trace);
    }
  }

  plain(field: number, key: string, value: Value, trace: number): void {
    const entry = this.begin(field);
    this.text(1, key);
    this.value(2, value, trace);
    this.end(entry);
  }

  private value(field: number, value: Value, trace: number): void {
    const any = this.begin(field);
    if (typeof value === 'string') {
      this.text(1, value);
    } else if (typeof value === 'boolean') {
      this.uint32(2, value ? 1 : 0);
    } else if ('int' in value) {
      this.int64(3, BigInt(value.int));
    } else if ('double' in value) {
      this.double(4, value.double);
    } else if ('slot' in value) {
      const prefix = new TextEncoder().encode(value.prefix);
      const varying = mark(marks[value.form], trace * slotsPerTrace + value.slot, 8);
      this.bytes(1, new Uint8Array([...prefix, ...varying]));
    } else {
      const array = this.begin(5);
      value.forEach((item) => this.value(1, item, trace));
      this.end(array);
    }
    this.end(any);
  }
}

const languages = ['nodejs', 'go', 'java'];

function writeService(writer: AttributeWriter, service: string, scopes: ReadonlyMap<string, readonly Placed[]>): void {
  const language = languages[service.length % languages.length] ?? 'go';
  const resourceSpans = writer.begin(1);
  const resource = writer.begin(1);
  const facts: Attributes = {
    'service.name': service,
    'service.namespace': 'shop',
    'service.version': `1.${String(service.length)}.2`,
    'service.instance.id': `${service}-7d9f8b6c5-x2x4z`,
    'deployment.environment.name': 'production',
    'telemetry.sdk.name': 'opentelemetry',
    'telemetry.sdk.language': language,
    'telemetry.sdk.version': '2.12.1',
    'host.name': `node-${String(service.length % 5)}`,
    'k8s.namespace.name': 'shop',
    'k8s.pod.name': `${service}-7d9f8b6c5-x2x4z`,
    'cloud.region': 'eu-west-1',
    'process.pid': { int: 1 },
  };
  Object.entries(facts).forEach(([key, value]) => writer.plain(1, key, value, 0));
  writer.end(resource);
  for (const [name, spans] of scopes) {
    const scopeSpans = writer.begin(2);
    const scope = writer.begin(1);
    writer.text(1, name);
    writer.text(2, '0.223.0');
    writer.end(scope);
    spans.forEach((span) => writeSpan(writer, span));
    writer.end(scopeSpans);
  }
  writer.end(resourceSpans);
}

function writeSpan(writer: AttributeWriter, { plan, trace, span, parent }: Placed): void {
  const { kind, name, attributes, events = [], error, deferred } = plan;
  const message = writer.begin(2);
  writer.bytes(1, mark(marks.trace, trace, 16));
  writer.bytes(2, mark(marks.span, span, 8));
  if (parent !== undefined) {
    writer.bytes(4, mark(marks.span, parent, 8));
  }
  writer.text(5, name);
  writer.uint32(6, kind);
  writer.fixed64(7, markedTime(2 * span));
  writer.fixed64(8, markedTime(2 * span + 1));
  writer.attributes(9, attributes, trace);
  writer.count += Object.keys(attributes).length;
  for (const event of events) {
    const begun = writer.begin(11);
    writer.fixed64(1, markedTime(eventTime + span));
    writer.text(2, event.name);
    writer.attributes(3, event.attributes, trace);
    writer.end(begun);
  }
  if (deferred === true && parent !== undefined) {
    const link = writer.begin(13);
    writer.bytes(1, mark(marks.trace, trace, 16));
    writer.bytes(2, mark(marks.span, parent, 8));
    writer.attributes(4, { 'app.link.reason': 'message' }, trace);
    writer.end(link);
  }
  if (error !== undefined) {
    const status = writer.begin(15);
    if (error !== '') {
      writer.text(2, error);
    }
    writer.uint32(3, 2);
    writer.end(status);
  }
  // Sampled, and the parent known to be of this process or not: SDKs send it with every span.
  writer.fixed32(16, 0x101);
  writer.end(message);
}

function findOffsets(bytes: Uint8Array<ArrayBuffer>, times: readonly number[]): Omit<Template, 'keys' | 'attributes'> {
  const view = new DataView(bytes.buffer);
  const found: Record<number, [number, number][]> = {};
  for (let offset = 0; offset + 8 <= bytes.length; offset += 1) {
    const kind = bytes[offset + 3] ?? 0;
    if (bytes[offset] !== 0xa5 || bytes[offset + 1] !== 0xa5 || bytes[offset + 2] !== 0 || kind === 0) {
      continue;
    }
    const number = view.getUint32(offset + 4);
    (found[kind] ??= []).push([offset, kind === marks.time ? (times[number] ?? 0) : number]);
    offset += kind === marks.trace ? 15 : 7;
  }
  return {
    bytes,
    traceIds: found[marks.trace] ?? [],
    spanIds: found[marks.span] ?? [],
    times: found[marks.time] ?? [],
    digits: found[marks.digits] ?? [],
    hex: found[marks.hex] ?? [],
  };
}
