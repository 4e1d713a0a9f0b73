// SPDX-License-Identifier: Apache-2.0
//
// Makes strange texts of good ones: any text, JSON along its structure, TraceQL by its words.
import type { Chance } from './random.ts';

/** Texts that have broken parsers before. */
export const oddTexts: readonly string[] = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\udc00x',
  '\u{1f600}',
  '\ufeff',
  '\u202e',
  '"',
  "'",
  '\\',
  '\\u',
  '\\x',
  '`',
  '{',
  '}',
  '((((',
  '))',
  '//',
  '/*',
  '--',
  ';',
  '%',
  '%00',
  '..',
  '-0',
  'NaN',
  'Infinity',
  '-Infinity',
  '1e400',
  '0x10',
  '1e-400',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775809',
  '18446744073709551616',
  '340282366920938463463374607431768211456',
  '0.1e',
  '1ns',
  '99999999999h',
  'null',
  'nil',
  'true',
  'constructor',
  '__proto__',
  'toString',
  'a'.repeat(5000),
];

/** Changes some characters. */
export function mutateText(chance: Chance, text: string): string {
  let mutated = text;
  for (let times = 1 + chance.below(3); times > 0; times -= 1) {
    const at = chance.below(mutated.length + 1);
    const length = 1 + chance.below(8);
    const [before, after] = [mutated.slice(0, at), mutated.slice(at)];
    switch (chance.below(6)) {
      case 0:
        mutated = before + after.slice(length);
        break;
      case 1:
        mutated = before + after.slice(0, length) + after;
        break;
      case 2:
        mutated = before + chance.of(oddTexts) + after;
        break;
      case 3:
        mutated = before;
        break;
      case 4:
        mutated = before + String.fromCharCode(chance.below(0x10000)) + after.slice(1);
        break;
      default:
        mutated = after + before;
    }
  }
  return mutated;
}

const words =
  '{ } ( ) && || ! = != =~ !~ < <= > >= >> << ~ !> &>> + - * / % ^ | , . : "a" "" `b` 1 -1 0.5 1ms 2h nil true false ' +
  'span. resource. event. link. parent. instrumentation. span.a .a resource.service.name name duration status kind ok error ' +
  'server rootName traceDuration nestedSetParent span:id trace:id event:name count() avg(duration) max(.a) sum(.b) min(.c) ' +
  'by(name) by( select(.a) coalesce() rate() count_over_time() quantile_over_time(duration, .9) histogram_over_time(duration) ' +
  'compare({}) topk(3) bottomk(1) with(most_recent=true) with( max_over_time( avg_over_time(.a) "[" "(" "a{1000000}" "(a*)*b" \u00e9 \ud83d';

/** Changes a query by its words, or makes one of words that may not fit. */
export function mutateQuery(chance: Chance, query: string): string {
  const vocabulary = words.split(' ');
  if (chance.once(6)) {
    return Array.from({ length: 1 + chance.below(25) }, () => chance.of(vocabulary)).join(chance.of([' ', '']));
  }
  if (chance.once(20)) {
    const [open, close] = chance.of([
      ['(', ')'],
      ['{ !', ' }'],
      ['{ (', ') }'],
      ['{ .a && ', ' true }'],
    ] as const);
    const depth = chance.of([10, 100, 3000]);
    return open.repeat(depth) + query + close.repeat(chance.of([depth, depth - 1]));
  }
  if (chance.once(3)) {
    return mutateText(chance, query);
  }
  const parts = query.split(/(?<=[\s(){}|&=<>!,])|(?=[\s(){}|&=<>!,])/);
  for (let times = 1 + chance.below(4); times > 0; times -= 1) {
    const at = chance.below(parts.length + 1);
    switch (chance.below(4)) {
      case 0:
        parts.splice(at, 1);
        break;
      case 1:
        parts.splice(at, 0, chance.of(vocabulary));
        break;
      case 2:
        parts.splice(at, 1, chance.of(vocabulary));
        break;
      default:
        parts.splice(at, 0, parts[chance.below(parts.length)] ?? '');
    }
  }
  return parts.join('');
}

function oddValue(chance: Chance): unknown {
  let deep: unknown = 'bottom';
  for (let depth = chance.of([3, 90, 600]); depth > 0; depth -= 1) {
    deep = chance.once(2) ? [deep] : { arrayValue: { values: [deep] } };
  }
  const odd: readonly unknown[] = [
    null,
    true,
    [],
    {},
    [[]],
    0,
    -1,
    1.5,
    1e308,
    2 ** 53,
    -(2 ** 63),
    chance.of(oddTexts),
    deep,
  ];
  return odd[chance.below(odd.length)];
}

/** Changes a JSON document along its structure, and sometimes as text. */
export function mutateJson(chance: Chance, text: string): string {
  if (chance.once(4)) {
    return mutateText(chance, text);
  }
  const root: unknown = JSON.parse(text);
  for (let times = 1 + chance.below(3); times > 0; times -= 1) {
    const places = placesOf(root);
    if (places.length === 0) {
      return JSON.stringify(oddValue(chance));
    }
    const { holder, key } = chance.of(places);
    const name = String(key);
    switch (chance.below(5)) {
      case 0:
        Reflect.deleteProperty(holder, key);
        break;
      case 1:
        Reflect.set(holder, key, oddValue(chance));
        break;
      case 2: {
        const other = chance.of(places);
        Reflect.set(holder, key, structuredClone(Reflect.get(other.holder, other.key)));
        break;
      }
      case 3:
        Reflect.set(
          holder,
          chance.of([name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), 'unknown', '']),
          Reflect.get(holder, key)
        );
        break;
      default: {
        const value: unknown = Reflect.get(holder, key);
        Reflect.set(holder, key, typeof value === 'string' ? mutateText(chance, value) : String(value));
      }
    }
  }
  const mutated = JSON.stringify(root);
  return chance.once(10) ? mutateText(chance, mutated) : mutated;
}

function placesOf(value: unknown, found: { holder: object; key: string }[] = []): { holder: object; key: string }[] {
  if (typeof value === 'object' && value !== null && found.length < 5000) {
    for (const key of Object.keys(value)) {
      found.push({ holder: value, key });
      placesOf(Reflect.get(value, key), found);
    }
  }
  return found;
}
