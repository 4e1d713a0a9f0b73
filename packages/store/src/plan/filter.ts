// SPDX-License-Identifier: Apache-2.0
//
// Plans the condition of a spanset filter for one block: what SQL can say of it, as the two predicates of
// predicate.ts. Conditions on resources and scopes are decided here, on the block's dictionaries, and become
// lists of ids; conditions on intrinsics and attribute columns become SQL; an attribute that lies in
// the remainder narrows the search to the shapes that have it. What is left undecided is a matter for the
// evaluator, which sees whole spans.

import { referencesInExpression } from '@tracewell/traceql';
import type { AttributeRef, ComparisonOperator, FieldExpression, IntrinsicRef, Static } from '@tracewell/traceql';
import type { BlockRef, ResourceEntry, ScopeEntry, ShapeAttributeType } from '../blocks/reader.ts';
import { compareColumn, compareInteger, compareIntegerWithDouble, compareText, flipped } from './comparison.ts';
import type { Predicate } from './predicate.ts';
import { ALWAYS, NEVER, UNDECIDED, and, exactly, not, or, sqlAnd, sqlNot, sqlOr, unlessUnsure } from './predicate.ts';
import { scopeOf } from './references.ts';
import { shapeIndexOf, type ShapeIndex } from './shape-index.ts';
import { DURATION_SQL, sqlIdIn, sqlInteger, sqlText } from './sql-text.ts';
import { compareChild } from './tree-references.ts';

/** Decides expressions that look at no more than a resource or a scope. */
export interface DictionaryEvaluator {
  resourceMatches(expression: FieldExpression, entry: ResourceEntry): boolean;
  scopeMatches(expression: FieldExpression, entry: ScopeEntry): boolean;
  constantMatches(expression: FieldExpression): boolean;
}

/** What planning needs to know of a block. */
export interface FilterContext {
  readonly block: BlockRef;
  /** Whether the block has spans of the overflow shape. */
  readonly overflow: boolean;
  readonly evaluator: DictionaryEvaluator;
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const STATUSES = ['unset', 'ok', 'error'];

/** The predicates for a filter's condition; a filter without one matches every span. */
export function planFilter(expression: FieldExpression | undefined, context: FilterContext): Predicate {
  return expression === undefined ? ALWAYS : new FilterPlanner(context).condition(expression);
}

/**
 * A predicate that the rows of an open block satisfy that the plan knows of: its dictionaries may have grown
 * since, and an id that was not planned for must not fall on the wrong side of a negation. Rows that came later are
 * left out too, so that all statements of a query count the same spans.
 */
export function knownRowsSql({ state, spans, resources, scopes, shapes }: BlockRef): string {
  return state === 'sealed'
    ? 'TRUE'
    : `resource_id < ${resources.length} AND scope_id < ${scopes.length} AND shape_id < ${shapes.length} AND rowid < ${spans}`;
}

class FilterPlanner {
  private readonly context: FilterContext;
  private readonly index: ShapeIndex;

  constructor(context: FilterContext) {
    this.context = context;
    this.index = shapeIndexOf(context.block.shapes);
  }

  condition(expression: FieldExpression): Predicate {
    switch (expression.kind) {
      case 'boolean':
        return expression.value ? ALWAYS : NEVER;
      case 'unary':
        return expression.operator === '!' ? not(this.condition(expression.operand)) : UNDECIDED;
      case 'attribute': {
        const { range } = expression;
        const isTrue = this.reference(expression, '=', { kind: 'boolean', value: true, range }, expression);
        // An array with `true` in it equals true, but is not true by itself.
        return expression.scope === 'none' ? { upper: isTrue.upper, lower: 'FALSE' } : isTrue;
      }
      case 'binary':
        if (expression.operator === '&&') {
          return and(this.condition(expression.left), this.condition(expression.right));
        }
        if (expression.operator === '||') {
          return or(this.condition(expression.left), this.condition(expression.right));
        }
        return isComparison(expression.operator)
          ? this.comparison(expression, expression.operator, expression.left, expression.right)
          : UNDECIDED;
      default:
        return UNDECIDED;
    }
  }

  private comparison(
    whole: FieldExpression,
    operator: ComparisonOperator,
    left: FieldExpression,
    right: FieldExpression
  ): Predicate {
    const references = [...referencesInExpression(left), ...referencesInExpression(right)];
    if (references.length === 0) {
      const constant: FieldExpression = { kind: 'binary', operator, left, right, range: whole.range };
      return this.context.evaluator.constantMatches(constant) ? ALWAYS : NEVER;
    }
    const scopes = new Set(references.map(scopeOf));
    if (scopes.size === 1 && scopes.has('resource')) {
      return this.onResources(whole);
    }
    if (scopes.size === 1 && scopes.has('instrumentation')) {
      return this.onScopes(whole);
    }
    if (isReference(left) && isStatic(right)) {
      return this.reference(left, operator, right, whole);
    }
    if (isStatic(left) && isReference(right)) {
      return this.reference(right, flipped(operator), left, whole);
    }
    if (containsNil(left) || containsNil(right)) {
      return UNDECIDED;
    }
    // Arithmetic, or two references: without one of the values nothing compares.
    const upper = references.map((reference) => this.presence(reference).upper);
    return { upper: sqlAnd(...upper), lower: 'FALSE' };
  }

  private reference(
    reference: AttributeRef | IntrinsicRef,
    operator: ComparisonOperator,
    literal: Static,
    whole: FieldExpression
  ): Predicate {
    if (reference.kind === 'intrinsic') {
      return this.intrinsic(reference, operator, literal, whole);
    }
    if (reference.parent) {
      return UNDECIDED;
    }
    switch (reference.scope) {
      case 'span':
        return this.spanAttribute(reference.name, operator, literal);
      case 'resource':
        return this.onResources(whole);
      case 'instrumentation':
        return this.onScopes(whole);
      case 'none':
        return this.unscoped(reference, operator, literal);
      case 'event':
        return this.inShapes(literal, operator, this.index.eventKeys.get(reference.name) ?? []);
      case 'link':
        return this.inShapes(literal, operator, this.index.linkKeys.get(reference.name) ?? []);
    }
  }

  /** A condition that only spans of these shapes can meet. */
  private inShapes(literal: Static, operator: ComparisonOperator, shapes: readonly number[]): Predicate {
    return literal.kind === 'nil' && operator === '='
      ? UNDECIDED
      : { upper: sqlOr(sqlIdIn('shape_id', shapes), this.overflow()), lower: 'FALSE' };
  }

  private overflow(): string {
    return this.context.overflow ? 'shape_id = 0' : 'FALSE';
  }

  private onResources(expression: FieldExpression): Predicate {
    const { block, evaluator } = this.context;
    const ids = block.resources
      .filter((entry) => evaluator.resourceMatches(expression, entry))
      .map((entry) => entry.id);
    return exactly(idsSql('resource_id', ids, block.resources.length));
  }

  private onScopes(expression: FieldExpression): Predicate {
    const { block, evaluator } = this.context;
    const ids = block.scopes.filter((entry) => evaluator.scopeMatches(expression, entry)).map((entry) => entry.id);
    return exactly(idsSql('scope_id', ids, block.scopes.length));
  }

  /** Whether a span has an attribute of its own with this key, of whatever type. */
  private spanPresence(name: string): Predicate {
    const shapes = this.index.keys.get(name);
    const columns = this.columnsOf(name).map(({ column }) => `${column} IS NOT NULL`);
    const others = [...(shapes?.remainder ?? []).map(({ shape }) => shape), ...(shapes?.repeated ?? [])];
    return unlessUnsure(exactly(sqlOr(...columns, sqlIdIn('shape_id', others))), this.overflow());
  }

  private columnsOf(name: string): BlockRef['attributeColumns'] {
    return this.context.block.attributeColumns.filter(({ key }) => key === name);
  }

  private spanAttribute(name: string, operator: ComparisonOperator, literal: Static): Predicate {
    if (literal.kind === 'nil') {
      const present = this.spanPresence(name);
      return operator === '!=' ? present : operator === '=' ? not(present) : NEVER;
    }
    const shapes = this.index.keys.get(name);
    let upper = 'FALSE';
    let lower = 'FALSE';
    for (const { column, type } of this.columnsOf(name)) {
      const sql = compareColumn(column, type, operator, literal);
      upper = sqlOr(upper, sql ?? `${column} IS NOT NULL`);
      lower = sqlOr(lower, sql ?? 'FALSE');
    }
    const possible = (shapes?.remainder ?? [])
      .filter(({ type }) => mayCompare(type, literal))
      .map(({ shape }) => shape);
    const inRemainder = sqlAnd(sqlIdIn('shape_id', possible), remainderHasSql(operator, literal));
    return unlessUnsure(
      { upper: sqlOr(upper, inRemainder), lower },
      sqlOr(sqlIdIn('shape_id', shapes?.repeated ?? []), this.overflow())
    );
  }

  /** `.x`: the span's attribute if it has one, else the resource's. */
  private unscoped(reference: AttributeRef, operator: ComparisonOperator, literal: Static): Predicate {
    if (literal.kind === 'nil' && operator === '=') {
      return not(this.unscoped(reference, '!=', literal));
    }
    const own = this.spanAttribute(reference.name, operator, literal);
    const { range } = reference;
    const inherited = this.onResources({
      kind: 'binary',
      operator,
      left: { ...reference, scope: 'resource' },
      right: literal,
      range,
    });
    if (inherited.upper === 'FALSE') {
      return own;
    }
    return or(own, and(not(this.spanPresence(reference.name)), inherited));
  }

  /** Whether a reference has a value at all; intrinsics always do. */
  private presence(reference: AttributeRef | IntrinsicRef): Predicate {
    const nil: Static = { kind: 'nil', range: reference.range };
    if (reference.kind === 'attribute') {
      const { range } = reference;
      return this.reference(reference, '!=', nil, {
        kind: 'binary',
        operator: '!=',
        left: reference,
        right: nil,
        range,
      });
    }
    switch (reference.name) {
      case 'event:name':
      case 'event:timeSinceStart':
        return this.inShapes(nil, '!=', this.index.withEvents);
      case 'link:traceID':
      case 'link:spanID':
        return this.inShapes(nil, '!=', this.index.withLinks);
      default:
        return UNDECIDED;
    }
  }

  private intrinsic(
    reference: IntrinsicRef,
    operator: ComparisonOperator,
    literal: Static,
    whole: FieldExpression
  ): Predicate {
    if (literal.kind === 'nil') {
      return operator === '!=' ? this.presence(reference) : UNDECIDED;
    }
    switch (reference.name) {
      case 'span:name':
        return this.text('name', operator, literal);
      case 'span:statusMessage': {
        const plain = operator === '=' && literal.kind === 'string' && literal.value !== '';
        return this.text(plain ? 'status_message' : "coalesce(status_message, '')", operator, literal);
      }
      case 'span:kind':
        return literal.kind === 'spanKind' ? code('kind', KINDS, operator, literal.value) : UNDECIDED;
      case 'span:status':
        return literal.kind === 'status' ? code('status', STATUSES, operator, literal.value) : UNDECIDED;
      case 'span:duration':
        if (literal.kind === 'duration' || literal.kind === 'int') {
          return exactly(compareInteger(DURATION_SQL, 'UBIGINT', operator, literal.value));
        }
        return literal.kind === 'float'
          ? exactly(compareIntegerWithDouble(DURATION_SQL, 'UBIGINT', operator, literal.value))
          : UNDECIDED;
      case 'span:id':
        return identifier(['span_id'], operator, literal);
      case 'span:parentID':
        return this.parent(operator, literal);
      case 'trace:id':
        return identifier(['trace_hi', 'trace_lo'], operator, literal);
      case 'nestedSetParent': {
        const { range } = reference;
        const ofRoots = this.comparison(whole, operator, { kind: 'int', value: -1n, range }, literal);
        const ofOthers = { all: ALWAYS, none: NEVER, some: UNDECIDED }[compareChild(operator, literal)];
        return or(and(ofRoots, exactly('parent_id = 0')), and(ofOthers, exactly('parent_id <> 0')));
      }
      case 'event:name':
        if (operator === '=' && literal.kind === 'string') {
          return this.inShapes(literal, operator, this.index.eventNames.get(literal.value) ?? []);
        }
        return this.presence(reference);
      case 'event:timeSinceStart':
      case 'link:traceID':
      case 'link:spanID':
        return this.presence(reference);
      case 'instrumentation:name':
      case 'instrumentation:version':
        return this.onScopes(whole);
      default:
        return UNDECIDED;
    }
  }

  private parent(operator: ComparisonOperator, literal: Static): Predicate {
    const { catalog, hasParentSteps } = this.context.block;
    const own = identifier(['parent_id'], '=', literal);
    const ofParent = identifier(['span_id'], '=', literal);
    if ((operator !== '=' && operator !== '!=') || own === UNDECIDED) {
      return UNDECIDED;
    }
    const equal = hasParentSteps
      ? exactly(
          `(CASE WHEN parent_step = 0 THEN ${own.upper} ELSE rowid + parent_step IN (SELECT rowid FROM ${catalog}.spans WHERE ${ofParent.upper}) END)`
        )
      : own;
    return operator === '=' ? equal : not(equal);
  }

  private text(column: string, operator: ComparisonOperator, literal: Static): Predicate {
    if (literal.kind !== 'string') {
      return UNDECIDED;
    }
    const sql = compareText(column, operator, literal.value);
    return sql === undefined ? UNDECIDED : exactly(sql);
  }
}

function isComparison(operator: string): operator is ComparisonOperator {
  return ['=', '!=', '<', '<=', '>', '>=', '=~', '!~'].includes(operator);
}

function isReference(expression: FieldExpression): expression is AttributeRef | IntrinsicRef {
  return expression.kind === 'attribute' || expression.kind === 'intrinsic';
}

function isStatic(expression: FieldExpression): expression is Static {
  return !isReference(expression) && expression.kind !== 'binary' && expression.kind !== 'unary';
}

function containsNil(expression: FieldExpression): boolean {
  return (
    expression.kind === 'nil' ||
    (expression.kind === 'binary' && (containsNil(expression.left) || containsNil(expression.right))) ||
    (expression.kind === 'unary' && containsNil(expression.operand))
  );
}

/**
 * What a remainder must contain for a text in it to equal the literal: its bytes, which protobuf writes in one
 * piece. Spares decoding nearly all remainders, and is no more than that: they may belong to another attribute.
 */
function remainderHasSql(operator: ComparisonOperator, literal: Static): string {
  if (operator !== '=' || literal.kind !== 'string' || literal.value.length < 2) {
    return 'TRUE';
  }
  const bytes = new TextEncoder().encode(literal.value);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('');
  return `contains(hex(rest), ${sqlText(hex)})`;
}

/** Whether a value of this type in the remainder can compare true with the literal. */
function mayCompare(type: ShapeAttributeType, literal: Static): boolean {
  switch (type) {
    case 'string':
      return literal.kind === 'string';
    case 'int':
    case 'double':
      return literal.kind === 'int' || literal.kind === 'float' || literal.kind === 'duration';
    case 'bool':
      return literal.kind === 'boolean';
    default:
      return true;
  }
}

function idsSql(column: string, ids: readonly number[], all: number): string {
  if (ids.length === all) {
    return 'TRUE';
  }
  if (ids.length * 2 <= all || all > 1000) {
    return sqlIdIn(column, ids);
  }
  const included = new Set(ids);
  const others = Array.from({ length: all }, (_, id) => id).filter((id) => !included.has(id));
  return sqlNot(sqlIdIn(column, others));
}

/** An enum column against one of its names. Codes without a name count as the first one. */
function code(column: string, names: readonly string[], operator: ComparisonOperator, name: string): Predicate {
  const value = names.indexOf(name);
  if ((operator !== '=' && operator !== '!=') || value < 0) {
    return UNDECIDED;
  }
  const last = names.length - 1;
  const is = value === 0 ? `${column} NOT BETWEEN 1 AND ${last}` : `${column} = ${value}`;
  const isNot = value === 0 ? `${column} BETWEEN 1 AND ${last}` : `${column} <> ${value}`;
  return exactly(operator === '=' ? is : isNot);
}

/** An id column, or the two halves of one, against hex digits. Ids compare with leading zeros ignored. */
function identifier(columns: readonly string[], operator: ComparisonOperator, literal: Static): Predicate {
  const digits = columns.length * 16;
  const significant = literal.kind === 'string' ? literal.value.toLowerCase().replace(/^0+/, '') : '';
  if ((operator !== '=' && operator !== '!=') || !/^[0-9a-f]+$/.test(significant) || significant.length > digits) {
    return UNDECIDED;
  }
  const padded = significant.padStart(digits, '0');
  const equal = sqlAnd(
    ...columns.map(
      (column, i) => `${column} = ${sqlInteger(BigInt(`0x${padded.slice(i * 16, i * 16 + 16)}`), 'UBIGINT')}`
    )
  );
  return exactly(operator === '=' ? equal : sqlNot(equal));
}
