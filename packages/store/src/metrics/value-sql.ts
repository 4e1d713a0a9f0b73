// SPDX-License-Identifier: Apache-2.0
//
// The value of a reference for every span of a block, as columns of an SQL result: what a metric is grouped by. SQL has
// no union type, so a value may be spread over several columns (an attribute with a column for text and one for
// integers); at most one of them is not NULL. Values of resources and scopes are the ids of dictionary entries. For some
// spans SQL cannot tell: those of the shapes that have the attribute in the remainder or more than once, and all of
// them for what depends on the trace. Somebody else looks at those, one by one.

import { compileReference, labelValue, type Reference, type ScalarValue } from '@tracewell/traceql';
import { OVERFLOW_SHAPE_ID, type BlockRef, type SqlResult } from '../blocks/reader.ts';
import { spanIdText, traceIdText } from '../execute/ids.ts';
import { dictionaryView } from '../execute/row-view.ts';
import { shapeIndexOf } from '../plan/shape-index.ts';
import { DURATION_SQL } from '../plan/sql-text.ts';

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUSES = ['unset', 'ok', 'error'] as const;

/** Ids are listed only if that saves more groups than a list costs. */
const MAX_PLAIN_IDS = 64;

/** Reads the value of a row of a result whose columns from `first` on are those of the reference. */
export type ReadValue = (result: SqlResult, first: number) => (row: number) => ScalarValue | undefined;

export interface ValueSql {
  /** Expressions on a row of `spans`. */
  readonly columns: readonly string[];
  readonly read: ReadValue;
  /** What the only column holds, if a value of it is the same value for all rows and never NULL, or a text. */
  readonly key?: 'text' | 'integer';
  /** Shapes whose spans SQL cannot tell the value of. */
  readonly undecided: readonly number[] | 'all';
  /** Further rows of `spans` that SQL cannot tell the value of. */
  readonly undecidedRows?: string;
}

/** See the head of the file. `overflow`: the block has spans of the overflow shape. */
export function valueSql(block: BlockRef, reference: Reference, overflow: boolean): ValueSql {
  const value = valueBut(block, reference);
  const isOfSpan =
    reference.kind === 'intrinsic'
      ? /^(event|link):/.test(reference.name)
      : !['resource', 'instrumentation'].includes(reference.scope);
  return overflow && isOfSpan && value.undecided !== 'all'
    ? { ...value, undecided: [...value.undecided, OVERFLOW_SHAPE_ID] }
    : value;
}

/** A value that SQL cannot tell: every span is looked at. */
const UNREAD: ValueSql = { columns: [], read: () => () => undefined, undecided: 'all' };

/** The value, the overflow shape aside. */
function valueBut(block: BlockRef, reference: Reference): ValueSql {
  if (reference.kind === 'intrinsic') {
    switch (reference.name) {
      case 'span:name':
        return { ...column('name', readText), key: 'text' };
      case 'span:statusMessage':
        return { ...column("coalesce(status_message, '')", readText), key: 'text' };
      case 'span:status':
        return { ...column('status', readCode('status', STATUSES)), key: 'integer' };
      case 'span:kind':
        return { ...column('kind', readCode('spanKind', KINDS)), key: 'integer' };
      case 'span:duration':
        return column(DURATION_SQL, readDuration);
      case 'span:id':
        return column(
          'span_id',
          readId((id) => spanIdText(id))
        );
      case 'span:parentID':
        return block.hasParentSteps
          ? UNREAD
          : column(
              'parent_id',
              readId((id) => (id === 0n ? '' : spanIdText(id)))
            );
      case 'trace:id':
        return { columns: ['trace_hi', 'trace_lo'], read: readTraceId, undecided: [] };
      case 'instrumentation:name':
      case 'instrumentation:version':
        return scopeSql(block, reference);
      case 'event:name':
      case 'event:timeSinceStart':
        return nothingBut(shapeIndexOf(block.shapes).withEvents);
      case 'link:traceID':
      case 'link:spanID':
        return nothingBut(shapeIndexOf(block.shapes).withLinks);
      case 'trace:rootName':
      case 'trace:rootService':
        return rootSql(block, reference.name === 'trace:rootName' ? 'root_name' : 'root_service');
      default:
        return UNREAD;
    }
  }
  const { name } = reference;
  if (reference.parent) {
    return UNREAD;
  }
  switch (reference.scope) {
    case 'resource':
      return resourceSql(block, reference);
    case 'instrumentation':
      return scopeSql(block, reference);
    case 'span':
      return ownSql(block, name);
    case 'none': {
      const own = ownSql(block, name);
      const shared = resourceSql(block, { ...reference, scope: 'resource' });
      const isMissing = own.columns.map((expression) => `${expression} IS NULL`).join(' AND ');
      const columns =
        own.columns.length === 0
          ? shared.columns
          : shared.columns.map((sql) => `(CASE WHEN ${isMissing} THEN ${sql} END)`);
      return {
        columns: [...own.columns, ...columns],
        ...(own.columns.length === 0 && shared.key !== undefined && { key: shared.key }),
        read: (result, first) => {
          const readOwn = own.read(result, first);
          const readShared = shared.read(result, first + own.columns.length);
          return (row) => readOwn(row) ?? readShared(row);
        },
        undecided: own.undecided,
      };
    }
    case 'event':
      return nothingBut(shapeIndexOf(block.shapes).eventKeys.get(name) ?? []);
    case 'link':
      return nothingBut(shapeIndexOf(block.shapes).linkKeys.get(name) ?? []);
  }
}

/** What the table of traces of a sealed block has of roots. The root of a trace may be in another block. */
function rootSql({ catalog, state }: BlockRef, name: string): ValueSql {
  if (state !== 'sealed') {
    return UNREAD;
  }
  return {
    columns: [`(SELECT t.${name} FROM ${catalog}.traces AS t WHERE t.trace_index = spans.trace_index)`],
    read: readText,
    key: 'text',
    undecided: [],
    undecidedRows: `trace_index IN (SELECT trace_index FROM ${catalog}.traces WHERE root_name IS NULL)`,
  };
}

/** No value but in these shapes. */
function nothingBut(undecided: readonly number[]): ValueSql {
  return { columns: [], read: () => () => undefined, undecided };
}

function column(expression: string, read: ReadValue): ValueSql {
  return { columns: [expression], read, undecided: [] };
}

const readText: ReadValue = (result, first) => {
  const texts = result.texts(first);
  return (row) => {
    const value = texts[row] ?? undefined;
    return value === undefined ? undefined : { kind: 'string', value };
  };
};

const readDuration: ReadValue = (result, first) => {
  const values = result.bigints(first);
  return (row) => ({ kind: 'duration', value: values[row] ?? 0n });
};

const readTraceId: ReadValue = (result, first) => {
  const high = result.bigints(first);
  const low = result.bigints(first + 1);
  return (row) => ({ kind: 'string', value: traceIdText(high[row] ?? 0n, low[row] ?? 0n) });
};

function readId(text: (id: bigint) => string): ReadValue {
  return (result, first) => {
    const ids = result.bigints(first);
    return (row) => ({ kind: 'string', value: text(ids[row] ?? 0n) });
  };
}

function readCode<Kind extends 'status' | 'spanKind'>(
  kind: Kind,
  names: readonly Extract<ScalarValue, { kind: Kind }>['value'][]
): ReadValue {
  const values = names.map((value) => ({ kind, value }) as Extract<ScalarValue, { kind: Kind }>);
  return (result, first) => {
    const codes = result.integers(first);
    return (row) => values[codes[row] ?? 0] ?? values[0];
  };
}

function resourceSql(block: BlockRef, reference: Reference): ValueSql {
  const valueOf = compileReference(reference, '');
  return dictionarySql(
    'resource_id',
    block.resources.map(({ resource }) => labelValue(valueOf(dictionaryView(resource, undefined))))
  );
}

function scopeSql(block: BlockRef, reference: Reference): ValueSql {
  const valueOf = compileReference(reference, '');
  return dictionarySql(
    'scope_id',
    block.scopes.map(({ scope }) => labelValue(valueOf(dictionaryView(undefined, scope))))
  );
}

/** The id of an entry of a dictionary; where many share a value, of the first entry with that value. */
function dictionarySql(id: string, values: readonly (ScalarValue | undefined)[]): ValueSql {
  const read: ReadValue = (result, first) => {
    const ids = result.integers(first);
    return (row) => (result.isNull(first, row) ? undefined : values[ids[row] ?? 0]);
  };
  const firstOf = new Map<string, number>();
  const representatives = values.map((value, index) => {
    const key = value === undefined ? '' : `${value.kind} ${String(value.value)}`;
    const first = firstOf.get(key) ?? index;
    firstOf.set(key, first);
    return first;
  });
  if (firstOf.size <= 1) {
    return values[0] === undefined ? nothingBut([]) : { columns: ['0::UINTEGER'], read, undecided: [] };
  }
  const sql =
    values.length <= MAX_PLAIN_IDS || firstOf.size === values.length
      ? id
      : `([${representatives.join(', ')}]::UINTEGER[])[${id} + 1]`;
  return { columns: [sql], read, key: 'integer', undecided: [] };
}

/** An attribute of the span itself. */
function ownSql(block: BlockRef, key: string): ValueSql {
  const columns = block.attributeColumns.filter((candidate) => candidate.key === key);
  const shapes = shapeIndexOf(block.shapes).keys.get(key);
  return {
    columns: columns.map((candidate) => candidate.column),
    ...(columns.length === 1 && columns[0]?.type === 'string' && { key: 'text' as const }),
    read: (result, first) => {
      const readers = columns.map(({ type }, offset) => readAttribute(type, result, first + offset));
      return (row) => {
        for (const read of readers) {
          const value = read(row);
          if (value !== undefined) {
            return value;
          }
        }
        return undefined;
      };
    },
    undecided: [...(shapes?.remainder ?? []).map(({ shape }) => shape), ...(shapes?.repeated ?? [])],
  };
}

function readAttribute(
  type: BlockRef['attributeColumns'][number]['type'],
  result: SqlResult,
  index: number
): (row: number) => ScalarValue | undefined {
  if (type === 'string') {
    return readText(result, index);
  }
  const isNull = (row: number): boolean => result.isNull(index, row);
  switch (type) {
    case 'int': {
      const values = result.bigints(index);
      return (row) => (isNull(row) ? undefined : { kind: 'int', value: values[row] ?? 0n });
    }
    case 'double': {
      const values = result.numbers(index);
      // A NULL reads as NaN, and so does a NaN that was sent.
      return (row) => (isNull(row) ? undefined : { kind: 'float', value: values[row] ?? 0 });
    }
    case 'bool': {
      const values = result.integers(index);
      return (row) => (isNull(row) ? undefined : { kind: 'boolean', value: values[row] !== 0 });
    }
  }
}
