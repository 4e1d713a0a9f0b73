// SPDX-License-Identifier: Apache-2.0
//
// The value of one reference (`resource.service.name`, `span.http.route`, `name`) for every span of a block, as an
// SQL expression of type VARCHAR: what a result is grouped by. NULL where a span has none.

import { compileExpression, parseIdentifier, type AttributeRef, type Reference } from '@tracewell/traceql';
import { StoreError } from '../api.ts';
import type { BlockRef } from '../blocks/reader.ts';
import { sqlIdIn, sqlText } from '../plan/sql-text.ts';
import { shapeIndexOf } from '../plan/shape-index.ts';
import { withQueryErrors } from '../plan/search-plan.ts';
import type { QueryContext } from './query-context.ts';
import { columnsForKeys, dictionaryView, RowView } from './row-view.ts';
import { toTypedValue } from './shown-spans.ts';
import { SpanColumns, spanSelectList } from './span-columns.ts';

const MAX_LISTED_ROWS = 100_000;

/** A TraceQL identifier; throws StoreError 'invalid-query'. */
export function parseReference(text: string): Reference {
  return withQueryErrors(() => parseIdentifier(text));
}

/** SQL for a reference's value as text, for spans of `block` within `where`. */
export async function groupSql(
  context: QueryContext,
  block: BlockRef,
  reference: Reference,
  where: string
): Promise<string> {
  if (reference.kind === 'intrinsic') {
    switch (reference.name) {
      case 'span:name':
        return 'name';
      case 'span:statusMessage':
        return 'status_message';
      case 'span:status':
        return caseSql('status', ['unset', 'ok', 'error']);
      case 'span:kind':
        return caseSql('kind', ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']);
      case 'instrumentation:name':
      case 'instrumentation:version':
        return scopeSql(block, reference);
      default:
        throw new StoreError('not-supported', `grouping by ${reference.name} is not yet supported`);
    }
  }
  switch (reference.scope) {
    case 'resource':
      return resourceSql(block, reference);
    case 'instrumentation':
      return scopeSql(block, reference);
    case 'span':
      return ownSql(context, block, reference, where);
    case 'none':
      return `coalesce(${await ownSql(context, block, reference, where)}, ${resourceSql(block, { ...reference, scope: 'resource' })})`;
    default:
      throw new StoreError('not-supported', `grouping by attributes of ${reference.scope}s is not yet supported`);
  }
}

function caseSql(column: string, names: readonly string[]): string {
  const cases = names.map((name, code) => `WHEN ${code} THEN ${sqlText(name)}`);
  return `(CASE ${column} ${cases.join(' ')} ELSE ${sqlText(names[0] ?? '')} END)`;
}

/** Dictionary ids to values: a CASE over the distinct values. */
function dictionarySql(column: string, values: readonly (string | undefined)[]): string {
  const ids = new Map<string, number[]>();
  values.forEach((value, id) => {
    if (value !== undefined) {
      ids.set(value, [...(ids.get(value) ?? []), id]);
    }
  });
  const cases = [...ids].map(([value, members]) => `WHEN ${sqlIdIn(column, members)} THEN ${sqlText(value)}`);
  return cases.length === 0 ? 'NULL::VARCHAR' : `(CASE ${cases.join(' ')} END)`;
}

function resourceSql(block: BlockRef, reference: AttributeRef): string {
  const evaluate = compileExpression(reference, '');
  return dictionarySql(
    'resource_id',
    block.resources.map(
      ({ resource }) =>
        toTypedValue(evaluate({ span: dictionaryView(resource, undefined), event: undefined, link: undefined }))?.value
    )
  );
}

function scopeSql(block: BlockRef, reference: Reference): string {
  const evaluate = compileExpression(reference, '');
  return dictionarySql(
    'scope_id',
    block.scopes.map(
      ({ scope }) =>
        toTypedValue(evaluate({ span: dictionaryView(undefined, scope), event: undefined, link: undefined }))?.value
    )
  );
}

async function ownSql(context: QueryContext, block: BlockRef, reference: AttributeRef, where: string): Promise<string> {
  const columns = block.attributeColumns
    .filter(({ key }) => key === reference.name)
    .map(({ column, type }) => (type === 'string' ? column : `${column}::VARCHAR`));
  const shapes = shapeIndexOf(block.shapes).keys.get(reference.name);
  const others = [...(shapes?.remainder ?? []).map(({ shape }) => shape), ...(shapes?.repeated ?? [])];
  const listed = others.length === 0 ? [] : await remainderValues(context, block, reference, where, others);
  const cases = listed.map(([value, rows]) => `WHEN rowid IN (${rows.join(', ')}) THEN ${sqlText(value)}`);
  const parts = [...(cases.length === 0 ? [] : [`(CASE ${cases.join(' ')} END)`]), ...columns];
  return parts.length === 0 ? 'NULL::VARCHAR' : parts.length === 1 ? (parts[0] ?? '') : `coalesce(${parts.join(', ')})`;
}

/** Values in the remainder with the rows that have them. */
async function remainderValues(
  context: QueryContext,
  block: BlockRef,
  reference: AttributeRef,
  where: string,
  shapes: readonly number[]
): Promise<[string, number[]][]> {
  const columns = spanSelectList(block, columnsForKeys(block, new Set([reference.name])));
  const result = await context.query(
    block,
    `SELECT ${columns} FROM ${block.catalog}.spans WHERE ${where} AND ${sqlIdIn('shape_id', shapes)} LIMIT ${MAX_LISTED_ROWS}`
  );
  const rows = new SpanColumns(block, result);
  const ids = result.numbers('row');
  const view = new RowView(rows);
  const evaluate = compileExpression({ ...reference, scope: 'span' }, '');
  const byValue = new Map<string, number[]>();
  for (let row = 0; row < rows.rowCount; row++) {
    const value = toTypedValue(evaluate({ span: view.at(row), event: undefined, link: undefined }))?.value;
    if (value !== undefined) {
      const same = byValue.get(value);
      if (same === undefined) {
        byValue.set(value, [ids[row] ?? 0]);
      } else {
        same.push(ids[row] ?? 0);
      }
    }
  }
  return [...byValue];
}
