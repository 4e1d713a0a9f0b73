// SPDX-License-Identifier: Apache-2.0
//
// Substring search over everything a span has. Each distinct text (service, name, id, `key=value`, event name, status
// message) is kept once, lower-cased, in long strings; a span is a list of text numbers. A search is then one `indexOf`
// sweep over the distinct texts and one sweep over the lists: tens of milliseconds at 250,000 spans, in steps.
// Building decodes every span, so it is done in slices between frames.

import { formatAttributeValue, type Attribute, type SpanIndex, type Trace } from '@tracewell/trace';
import { SPANS_PER_STEP, type Steps } from './steps.ts';

export interface TextIndex {
  /** Share of the spans that are indexed, 0 to 1. */
  readonly progress: number;
  /** Goes on building for about `budgetMs` milliseconds; true when done. */
  build(budgetMs: number): boolean;
  /** 1 for every indexed span that has the text somewhere; case is ignored. Empty text matches nothing. */
  search(text: string): Steps<Uint8Array>;
}

/** Between texts: cannot be typed, so no match reaches over an end. */
const SEPARATOR = '\u0000';
const SPANS_PER_CLOCK_LOOK = 200;
/** Characters of a string that is searched at once. */
const CHUNK = 1 << 20;

/** Distinct texts side by side; `base` is the place of the first one's first character among those of all chunks. */
interface Chunk {
  readonly text: string;
  readonly base: number;
  readonly first: number;
  readonly count: number;
}

class Numbers {
  #values = new Uint32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  at(index: number): number {
    return this.#values[index] ?? 0;
  }
}

/** An index over the trace, empty until `build` is called. `now` is a clock in milliseconds. */
export function createTextIndex(trace: Trace, now: () => number): TextIndex {
  const numbers = new Map<string, number>();
  const chunks: Chunk[] = [];
  let tail: string[] = [];
  let tailBase = 0;
  const ends = new Numbers();
  let textLength = 0;
  const listEnds = new Uint32Array(trace.length);
  const lists = new Numbers();
  let done = 0;

  const closeChunk = (): void => {
    if (tail.length === 0) return;
    chunks.push({ text: tail.join(''), base: tailBase, first: ends.length - tail.length, count: tail.length });
    tail = [];
    tailBase = textLength;
  };
  const markHits = ({ text, base, first, count }: Chunk, wanted: string, hit: Uint8Array): void => {
    let number = first;
    let at = text.indexOf(wanted);
    while (at >= 0) {
      while (ends.at(number) - base <= at) number++;
      hit[number++] = 1;
      at = number === first + count ? -1 : text.indexOf(wanted, ends.at(number - 1) - base);
    }
  };
  const add = (text: string): void => {
    let number = numbers.get(text);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(text, number);
      const lower = text.toLowerCase() + SEPARATOR;
      tail.push(lower);
      textLength += lower.length;
      ends.push(textLength);
      if (textLength - tailBase >= CHUNK) closeChunk();
    }
    lists.push(number);
  };
  const addAttributes = (attributes: readonly Attribute[]): void => {
    for (const { key, value } of attributes) add(`${key}=${formatAttributeValue(value)}`);
  };
  const addSpan = (index: SpanIndex): void => {
    const span = trace.spanAt(index);
    add(span.name);
    add(trace.serviceNames[trace.services[index] ?? 0] ?? '');
    add(span.spanId);
    if (span.statusMessage !== '') add(span.statusMessage);
    addAttributes(span.attributes);
    addAttributes(span.resource.attributes);
    for (const event of span.events) {
      add(event.name);
      addAttributes(event.attributes);
    }
    for (const link of span.links) {
      add(link.traceId);
      add(link.spanId);
      addAttributes(link.attributes);
    }
    if (span.scope.name !== '') add(span.scope.name);
    listEnds[index] = lists.length;
  };

  return {
    get progress() {
      return trace.length === 0 ? 1 : done / trace.length;
    },
    build(budgetMs) {
      const deadline = now() + budgetMs;
      while (done < trace.length) {
        addSpan(done++);
        if (done % SPANS_PER_CLOCK_LOOK === 0 && now() >= deadline) break;
      }
      return done >= trace.length;
    },
    *search(text) {
      const matches = new Uint8Array(trace.length);
      const wanted = text.toLowerCase();
      if (wanted === '') return matches;
      closeChunk();
      // More may be indexed while this goes on; that is for the next search.
      const searchable = done;
      const hit = new Uint8Array(ends.length);
      for (const [place, chunk] of chunks.slice().entries()) {
        markHits(chunk, wanted, hit);
        yield (0.5 * place) / chunks.length;
      }
      let from = 0;
      for (let span = 0; span < searchable; span++) {
        const to = listEnds[span] ?? 0;
        for (let k = from; k < to; k++) {
          if (hit[lists.at(k)] === 1) {
            matches[span] = 1;
            break;
          }
        }
        from = to;
        if (span % SPANS_PER_STEP === 0) yield 0.5 + (0.5 * span) / searchable;
      }
      return matches;
    },
  };
}
