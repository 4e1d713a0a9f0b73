// SPDX-License-Identifier: Apache-2.0
//
// The variables that a trace-to-logs or trace-to-metrics query may contain, as Grafana's own trace view has them:
// `${__span.spanId}`, `${__span.traceId}`, `${__span.name}`, `${__span.duration}`, `${__span.tags["key"]}`,
// `${__trace.traceId}`, `${__trace.name}`, `${__trace.duration}` and `$__tags`. Durations are microseconds. What a span
// brought is text from outside: inside a double-quoted string of the query it is escaped, so that a quotation mark in an
// attribute does not end the string.
import { formatAttributeValue, serviceNameOf, UNKNOWN_SERVICE } from '@tracewell/trace';
import type { Span, SpanIndex, Trace } from '@tracewell/trace';

/** Attributes of a span by key; where span and resource have the same key, the span's. */
export function tagsOf(span: Span): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const { key, value } of [...span.resource.attributes, ...span.attributes]) {
    tags.set(key, formatAttributeValue(value));
  }
  return tags;
}

export interface SpanVariables {
  /** Value of a variable, by its whole path (`__span.name`); undefined if there is none. */
  readonly lookUp: (path: string) => string | undefined;
}

/** The variables of the span at `index`; `tags` is the value of `$__tags`, which depends on the target ('' is none). */
export function variablesOf(trace: Trace, index: SpanIndex, tags: string): SpanVariables {
  const span = trace.spanAt(index);
  const root = trace.spanAt(trace.roots[0] ?? 0);
  const attributes = tagsOf(span);
  const values = new Map<string, string>([
    ['__span.spanId', span.spanId],
    ['__span.traceId', trace.traceId],
    ['__span.name', span.name],
    ['__span.duration', microseconds(span)],
    ['__trace.traceId', trace.traceId],
    ['__trace.name', `${serviceNameOf(root) || UNKNOWN_SERVICE}: ${root.name}`],
    ['__trace.duration', String((trace.endUnixNano - trace.startUnixNano) / 1000n)],
  ]);
  if (tags !== '') {
    values.set('__tags', tags);
  }
  return {
    lookUp: (path) => {
      const tag = /^__span\.tags(?:\["([^"]+)"\]|\['([^']+)'\]|\.(\w+))$/.exec(path);
      return tag === null ? values.get(path) : attributes.get(tag[1] ?? tag[2] ?? tag[3] ?? '');
    },
  };
}

function microseconds(span: Span): string {
  return String(span.endUnixNano > span.startUnixNano ? (span.endUnixNano - span.startUnixNano) / 1000n : 0n);
}

/** `text` for the inside of a double-quoted string, as LogQL, PromQL and Lucene read it. */
export function escapeQuoted(text: string): string {
  return text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
}

/** Variables that the target fills in itself when it runs the query. */
const targetsOwn = /^__(?:interval|interval_ms|rate_interval|range|range_s|range_ms|auto|from|to)$/;

/** A variable, with the path and the format apart; or what decides whether a place is inside a string. */
const piece = /\$\{(\w+(?:\.[^:}]+)?)(?::([^}]+))?\}|\$(\w+)|\[\[(\w+)\]\]|\\[^]|["`]/g;

/**
 * `template` with its variables filled in; undefined if one of them has no value. What looks like a variable and is none
 * of ours stays: `$1` of a replacement, `$__rate_interval`, which the target knows.
 */
export function fillVariables(template: string, variables: SpanVariables): string | undefined {
  let quote: string | undefined;
  let missing = false;
  const filled = template.replace(
    piece,
    (found: string, braced?: string, format?: string, bare?: string, bracketed?: string) => {
      const path = braced ?? bare ?? bracketed;
      if (path === undefined) {
        // A backslash escapes nothing between backticks.
        if (found.length === 1 && (quote === undefined || quote === found)) {
          quote = quote === undefined ? found : undefined;
        } else if (quote === '`' && found.endsWith('`')) {
          quote = undefined;
        }
        return found;
      }
      const value = variables.lookUp(path);
      if (value !== undefined) {
        return quote === '"' && format !== 'raw' && path !== '__tags' ? escapeQuoted(value) : value;
      }
      const kept = targetsOwn.test(path) || /^\d/.test(path) || (bare !== undefined && !path.startsWith('__'));
      missing ||= !kept;
      return found;
    }
  );
  return missing ? undefined : filled;
}
