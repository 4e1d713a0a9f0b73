// SPDX-License-Identifier: Apache-2.0
//
// Traces drawn as text, for tests and documentation. A line is one or more spans of a service:
//
//   frontend  GET /cart    |--------------------|
//   cart        GetCart       |-----------|         [kind=server rpc.system=grpc]
//   redis         HGETALL       |--|  |--|          [db.system=redis status=error]
//
// - Columns: service, two spaces or more, span name, bars, attributes. The name's indentation is the tree: the
//   parent is the nearest line above whose name starts further left, and of several bars on that line the one
//   that runs when the child starts (else the first). A name as far left as the first one is a root.
// - A bar runs from its first `|` to its last; one character is one millisecond. `|--|--|` is two spans back to
//   back, `|--||--|` two with a millisecond between them, a lone `|` a span of no duration.
// - Attributes apply to every bar of the line: `key=value`, `key="two words"`. true and false are booleans, digits are
//   int64, digits with a point are doubles, everything else is text. `resource.key=value` goes to the resource. Four keys are
//   fields: `kind`, `status` (unset, ok, error), `message` (of the status), and `parent` (a span id; overrides the tree).
// - Empty lines and lines that start with `//` say nothing.

import { buildTrace } from './build.ts';
import {
  spanKinds,
  statusCodes,
  type Attribute,
  type AttributeValue,
  type Resource,
  type Scope,
  type Span,
  type SpanIndex,
  type Trace,
} from './model.ts';

/** A character of a bar. */
const MILLISECOND = 1_000_000n;
const EPOCH = 1_700_000_000_000_000_000n;
const TRACE_ID = '0000000000000000000000000000000a';

export interface DrawnTrace {
  readonly trace: Trace;
  /**
   * The index of a span by its service or its name: the first one drawn so, or the n-th by `name#n`, counted from 1
   * through the text, left to right. Throws an Error that lists the labels when there is none.
   */
  readonly span: (label: string) => SpanIndex;
}

/** The drawn trace, and its spans by label. Throws an Error that names the line when the drawing makes no sense. */
export function traceFromText(text: string): DrawnTrace {
  const spans = spansFromText(text);
  const trace = buildTrace(TRACE_ID, spans);
  const indexes = new Map<string, SpanIndex>();
  for (const [number, line] of parseLines(text).entries()) {
    const index = trace.indexOf(spanIdOf(number));
    for (const label of new Set([line.service, line.name])) {
      let nth = 1;
      while (indexes.has(`${label}#${nth}`)) {
        nth++;
      }
      indexes.set(`${label}#${nth}`, index);
    }
  }
  return {
    trace,
    span(label) {
      const index = indexes.get(label) ?? indexes.get(`${label}#1`);
      if (index === undefined) {
        throw new Error(`no span is labelled "${label}"; there are ${[...indexes.keys()].join(', ')}`);
      }
      return index;
    },
  };
}

/** The drawn spans, in the order of the text. Their ids count from 1; one character is one millisecond. */
export function spansFromText(text: string): Span[] {
  const drawn = parseLines(text);
  return drawn.map((line, number) => {
    const fields = new Map(line.fields);
    return {
      traceId: TRACE_ID,
      spanId: spanIdOf(number),
      parentSpanId: fields.get('parent') ?? (line.parent === -1 ? '' : spanIdOf(line.parent)),
      traceState: '',
      flags: 0,
      name: line.name,
      kind: codeOf(spanKinds, fields.get('kind') ?? 'unspecified'),
      startUnixNano: EPOCH + BigInt(line.start) * MILLISECOND,
      endUnixNano: EPOCH + BigInt(line.end) * MILLISECOND,
      statusCode: codeOf(statusCodes, fields.get('status') ?? 'unset'),
      statusMessage: fields.get('message') ?? '',
      attributes: line.attributes,
      droppedAttributesCount: 0,
      events: [],
      droppedEventsCount: 0,
      links: [],
      droppedLinksCount: 0,
      resource: resourceOf(line),
      scope: SCOPE,
    };
  });
}

const SCOPE: Scope = { name: '', version: '', attributes: [], droppedAttributesCount: 0, schemaUrl: '' };

function resourceOf(line: DrawnSpan): Resource {
  const attributes = [{ key: 'service.name', value: line.service }, ...line.resourceAttributes];
  return { attributes, droppedAttributesCount: 0, schemaUrl: '' };
}

function spanIdOf(number: number): string {
  return (number + 1).toString(16).padStart(16, '0');
}

function codeOf(names: readonly string[], name: string): number {
  const code = names.indexOf(name);
  if (code === -1) {
    throw new Error(`expected one of ${names.join(', ')}, found "${name}"`);
  }
  return code;
}

interface DrawnSpan {
  readonly service: string;
  readonly name: string;
  /** Columns of the first and the last character of the bar. */
  readonly start: number;
  readonly end: number;
  /** Position of the parent among the drawn spans, or -1. */
  readonly parent: number;
  readonly fields: readonly (readonly [string, string])[];
  readonly attributes: readonly Attribute[];
  readonly resourceAttributes: readonly Attribute[];
}

/** service, spaces, name, bars, attributes in brackets */
const LINE = /^(\s*)(\S+)(\s{2,})([^|]*?)(\s*)(\|[-| ]*)(?:\[(.*)\])?\s*$/;

function parseLines(text: string): DrawnSpan[] {
  const spans: DrawnSpan[] = [];
  /** Lines that may still get children, outermost first. */
  const open: { readonly column: number; readonly first: number; readonly end: number }[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.trim().startsWith('//')) {
      continue;
    }
    const match = LINE.exec(line);
    if (match === null) {
      throw new Error(`expected "service  name  |---|  [key=value]", found "${line.trim()}"`);
    }
    const [, margin = '', service = '', gap = '', name = '', space = '', bars = '', bracket = ''] = match;
    const column = margin.length + service.length + gap.length;
    while (open.length > 0 && (open.at(-1)?.column ?? 0) >= column) {
      open.pop();
    }
    const above = open.at(-1);
    const first = spans.length;
    const words = parseWords(bracket);
    for (const bar of parseBars(bars, column + name.length + space.length)) {
      spans.push({ service, name, ...bar, parent: parentFor(bar.start, above, spans), ...words });
    }
    open.push({ column, first, end: spans.length });
  }
  return spans;
}

/** The bar of the line above that runs at `start`, else its first one, else none. */
function parentFor(
  start: number,
  above: { readonly first: number; readonly end: number } | undefined,
  spans: readonly DrawnSpan[]
): number {
  if (above === undefined) {
    return -1;
  }
  for (let i = above.first; i < above.end; i++) {
    const bar = spans[i];
    if (bar !== undefined && bar.start <= start && start < bar.end) {
      return i;
    }
  }
  return above.first;
}

function parseBars(bars: string, offset: number): { readonly start: number; readonly end: number }[] {
  const found: { start: number; end: number }[] = [];
  let previousEnd = -1;
  for (const match of bars.matchAll(/\|(?=(-*\|)?)/g)) {
    const length = match[1]?.length ?? 0;
    // The `|` that ended a bar starts another one only when dashes follow it.
    if (length > 1 || match.index !== previousEnd) {
      found.push({ start: offset + match.index, end: offset + match.index + length });
      previousEnd = match.index + length;
    }
  }
  return found;
}

const FIELDS: ReadonlySet<string> = new Set(['kind', 'status', 'message', 'parent']);
const RESOURCE = 'resource.';

function parseWords(bracket: string): Pick<DrawnSpan, 'fields' | 'attributes' | 'resourceAttributes'> {
  const fields: (readonly [string, string])[] = [];
  const attributes: Attribute[] = [];
  const resourceAttributes: Attribute[] = [];
  for (const [, key = '', quoted, plain = ''] of bracket.matchAll(/([^\s=]+)=(?:"([^"]*)"|(\S*))/g)) {
    const value = quoted ?? plain;
    if (FIELDS.has(key)) {
      fields.push([key, value]);
    } else if (key.startsWith(RESOURCE)) {
      resourceAttributes.push({ key: key.slice(RESOURCE.length), value: quoted ?? parseValue(plain) });
    } else {
      attributes.push({ key, value: quoted ?? parseValue(plain) });
    }
  }
  return { fields, attributes, resourceAttributes };
}

function parseValue(text: string): AttributeValue {
  if (text === 'true' || text === 'false') {
    return text === 'true';
  }
  if (/^-?\d+$/.test(text)) {
    return BigInt(text);
  }
  return /^-?\d+\.\d+$/.test(text) ? Number(text) : text;
}
