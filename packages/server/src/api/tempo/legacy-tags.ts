// SPDX-License-Identifier: Apache-2.0
//
// The search of old clients: `tags=service.name=cart http.status_code=500` (logfmt), all of which must
// hold. It is translated to TraceQL, so there is one engine. As in Tempo, names match by substring, other
// attributes exactly and as text.
import { badParameter } from '../query-error.ts';

/** Matched by substring, by the field that they mean. */
const substringFields: Readonly<Record<string, string>> = {
  'root.name': 'trace:rootName',
  'root.service.name': 'trace:rootService',
  'service.name': 'resource.service.name',
  name: 'span:name',
};

const statuses = new Set(['ok', 'error', 'unset']);

/** The TraceQL for tags that all must hold. */
export function tagsToTraceQl(tags: ReadonlyMap<string, string>): string {
  const conditions = [...tags].map(([key, value]) => condition(key, value));
  return conditions.length === 0 ? '{}' : `{ ${conditions.join(' && ')} }`;
}

function condition(key: string, value: string): string {
  const field = substringFields[key];
  if (field !== undefined) {
    return `${field} =~ ${quote(`.*${escapeRegularExpression(value)}.*`)}`;
  }
  if (key === 'status' || key === 'status.code') {
    if (!statuses.has(value)) {
      throw badParameter(`invalid tags: expected ${key} to be ok, error or unset, found ${JSON.stringify(value)}`);
    }
    return `span:status = ${value}`;
  }
  return `${attribute(key)} = ${quote(value)}`;
}

/** `.key`, quoted if it is not a plain name. */
function attribute(key: string): string {
  return /^[A-Za-z_][\w.-]*$/.test(key) ? `.${key}` : `.${quote(key)}`;
}

function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}"`;
}

function escapeRegularExpression(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

/** A legacy `tags` parameter, `a=b c="d e"`, as pairs; a key may stand only once. */
export function tagsOfLogfmt(text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  const expression = /\s*([^\s="]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))(?=\s|$)/y;
  let offset = 0;
  while (text.slice(offset).trim() !== '') {
    expression.lastIndex = offset;
    const match = expression.exec(text);
    if (match === null) {
      throw badParameter(
        `invalid tags: expected pairs like service.name=cart or a="b c", found ${JSON.stringify(text.slice(offset).trim())}`
      );
    }
    const [whole, key = '', quoted, plain] = match;
    if (pairs.has(key)) {
      throw badParameter(`invalid tags: tag ${key} has been set twice`);
    }
    pairs.set(
      key,
      quoted?.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character)) ?? plain ?? ''
    );
    offset += whole.length;
  }
  return pairs;
}
