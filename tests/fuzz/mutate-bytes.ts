// SPDX-License-Identifier: Apache-2.0
//
// Makes invalid, or strangely valid, bytes of valid ones: any bytes, and protobuf along its structure (fields are
// dropped, repeated, moved, renumbered, nested, given other types, lengths that lie and texts that are none).
import type { Chance } from './random.ts';

const interesting = [0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x08, 0x12];
const hugeVarints = [
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0x80, 0x80, 0x80, 0x80, 0x08],
  [0xff, 0xff, 0xff, 0xff, 0x07],
  [0x80, 0x00],
];
const badTexts = [
  [0xff],
  [0xc0, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe2, 0x82],
  [0x00],
  [0xef, 0xbf, 0xbf],
];

/** Changes some bytes, without knowing what they are. */
export function mutateBytes(chance: Chance, input: Uint8Array): Uint8Array<ArrayBuffer> {
  let bytes = [...input];
  for (let times = 1 + chance.below(3); times > 0; times -= 1) {
    const at = chance.below(bytes.length + 1);
    const length = 1 + chance.below(Math.min(16, Math.max(1, bytes.length - at)));
    switch (chance.below(7)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << chance.below(8));
        break;
      case 1:
        bytes[at] = chance.of(interesting);
        break;
      case 2:
        bytes.splice(at, length);
        break;
      case 3:
        bytes.splice(at, 0, ...bytes.slice(at, at + length));
        break;
      case 4:
        bytes.splice(at, 0, ...chance.bytes(length));
        break;
      case 5:
        bytes.splice(at, 0, ...chance.of(hugeVarints));
        break;
      default:
        bytes = bytes.slice(0, at);
    }
  }
  return Uint8Array.from(bytes.map((byte) => byte ?? 0));
}

interface Field {
  number: number;
  /** 0 varint, 1 fixed64, 2 bytes, 5 fixed32. */
  type: number;
  /** Of a message; otherwise `payload` is what follows the tag (and the length). */
  fields?: Field[];
  payload: Uint8Array;
  /** Added to the true length when it is written. */
  lie?: number;
  /** Written in more bytes than it needs. */
  long?: boolean;
}

const MAX_DEPTH = 12;

function readVarint(bytes: Uint8Array, at: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) {
      return undefined;
    }
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) {
      return { value, next: at + index + 1 };
    }
  }
  return undefined;
}

/** The fields, if the bytes can be read as a message. Texts sometimes can: that is as good a mutation as any. */
function tryParse(bytes: Uint8Array, depth = 0): Field[] | undefined {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = readVarint(bytes, at);
    const number = Math.floor((tag?.value ?? 0) / 8);
    if (tag === undefined || number === 0 || number > 2000) {
      return undefined;
    }
    const type = tag.value % 8;
    let start = tag.next;
    let length: number | undefined;
    if (type === 0) {
      length = (readVarint(bytes, start)?.next ?? Infinity) - start;
    } else if (type === 1 || type === 5) {
      length = type === 1 ? 8 : 4;
    } else if (type === 2) {
      const read = readVarint(bytes, start);
      start = read?.next ?? start;
      length = read?.value;
    }
    if (length === undefined || start + length > bytes.length) {
      return undefined;
    }
    const payload = bytes.subarray(start, start + length);
    const inner = type === 2 && length > 0 && depth < MAX_DEPTH ? tryParse(payload, depth + 1) : undefined;
    fields.push({ number, type, payload, ...(inner === undefined ? {} : { fields: inner }) });
    at = start + length;
  }
  return fields;
}

function varint(value: number, long = false): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const byte = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 || (long && bytes.length < 4) ? byte | 0x80 : byte);
  } while (rest > 0 || (long && bytes.length < 5));
  return bytes;
}

function write(fields: readonly Field[]): number[] {
  const bytes: number[] = [];
  const append = (more: ArrayLike<number>) => {
    for (let index = 0; index < more.length; index += 1) {
      bytes.push(more[index] ?? 0);
    }
  };
  for (const { number, type, fields: inner, payload, lie = 0, long = false } of fields) {
    append(varint(number * 8 + type, long));
    const content = inner === undefined ? payload : write(inner);
    if (type === 2) {
      append(varint(Math.max(0, content.length + lie), long));
    }
    append(content);
  }
  return bytes;
}

/** A message within a message, many times over. */
function nest(field: Field, number: number, depth: number): Field {
  let nested = field;
  for (let level = 0; level < depth; level += 1) {
    nested = { number, type: 2, payload: new Uint8Array(0), fields: [nested] };
  }
  return nested;
}

function allLists(fields: Field[], found: Field[][] = []): Field[][] {
  found.push(fields);
  for (const { fields: inner } of fields) {
    if (inner !== undefined) {
      allLists(inner, found);
    }
  }
  return found;
}

/** Changes a protobuf message along its structure, and sometimes as bytes. */
export function mutateProtobuf(chance: Chance, input: Uint8Array): Uint8Array<ArrayBuffer> {
  const fields = tryParse(input);
  if (fields === undefined || chance.once(8)) {
    return mutateBytes(chance, input);
  }
  for (let times = 1 + chance.below(3); times > 0; times -= 1) {
    const list = chance.of(allLists(fields).filter((one) => one.length > 0));
    const at = chance.below(list.length);
    const field = list[at];
    if (field === undefined) {
      continue;
    }
    mutateField(chance, list, at, field);
    if (fields.length === 0) {
      break;
    }
  }
  const bytes = Uint8Array.from(write(fields));
  return chance.once(12) ? mutateBytes(chance, bytes) : bytes;
}

function mutateField(chance: Chance, list: Field[], at: number, field: Field): void {
  switch (chance.below(13)) {
    case 0:
      list.splice(at, 1);
      break;
    case 1:
      list.splice(chance.below(list.length + 1), 0, structuredClone(field));
      break;
    case 2:
      list.splice(at, 1);
      list.splice(chance.below(list.length + 1), 0, field);
      break;
    case 3:
      field.number = chance.of([1, 2, 3, 5, 6, 15, 16, 99, 1999, 536870911]);
      break;
    case 4:
      field.type = chance.of([0, 1, 2, 3, 4, 5, 6, 7]);
      break;
    case 5:
      field.lie = chance.of([-1, 1, 7, 1000, 2 ** 31, 2 ** 32 - 1, 2 ** 40]);
      break;
    case 6:
      field.long = true;
      break;
    case 7:
      delete field.fields;
      field.payload = Uint8Array.from([...field.payload.subarray(0, 3), ...chance.of(badTexts)]);
      break;
    case 8:
      delete field.fields;
      field.payload = chance.bytes(chance.of([0, 1, 8, 9, 15, 17, 300]));
      break;
    case 9:
      list[at] = nest(field, chance.of([1, 5, 6, 2]), chance.of([1, 2, 30, 70, 150]));
      break;
    case 10:
      field.payload = Uint8Array.from(chance.of(hugeVarints));
      field.type = 0;
      delete field.fields;
      break;
    case 11:
      list.splice(at, 0, { number: 777, type: chance.of([0, 2]), payload: Uint8Array.of(3) });
      break;
    default:
      for (let index = chance.of([3, 40]); index > 0; index -= 1) {
        list.push(structuredClone(field));
      }
  }
}
