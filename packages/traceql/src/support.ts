// SPDX-License-Identifier: Apache-2.0
//
// What can be run today. The parser and the validator know the whole language; searches are limited to
// spanset filters, `select`, and `&&` and `||` of spansets. A query beyond that gets one honest answer.

import type { PipelineStage, Query, Range, SpansetExpression } from './ast.ts';
import type { Diagnostic } from './error.ts';
import { isLogicalOperator } from './operators.ts';
import { printReference } from './printer.ts';
import type { Reference } from './references.ts';
import { referencesInStage } from './references.ts';

/** The first thing in a query that a search does not support yet; undefined if it can be run. */
export function describeSupport(query: Query): Diagnostic | undefined {
  const { body } = query;
  switch (body.kind) {
    case 'metricsPipeline':
      return unsupported(
        body.function.kind === 'compare' ? 'compare()' : `${body.function.name}()`,
        body.function.range
      );
    case 'metricsOperation':
      return unsupported('arithmetic of metrics', body.range);
    case 'pipeline':
      return firstOf(body.stages, describeStage) ?? firstOf(body.stages.flatMap(referencesInStage), describeReference);
  }
}

function describeStage(stage: PipelineStage, index: number): Diagnostic | undefined {
  switch (stage.kind) {
    case 'select':
      return undefined;
    case 'scalarFilter':
      return unsupported('filtering by an aggregate', stage.range);
    case 'by':
      return unsupported('by()', stage.range);
    case 'coalesce':
      return unsupported('coalesce()', stage.range);
    default:
      return index > 0
        ? unsupported(
            'a spanset filter after a pipe',
            stage.range,
            'Write the condition into the first filter: { a && b }.'
          )
        : describeSpansets(stage);
  }
}

function describeSpansets(expression: SpansetExpression): Diagnostic | undefined {
  switch (expression.kind) {
    case 'spansetFilter':
      return undefined;
    case 'pipeline':
      return unsupported('a pipeline as an operand', expression.range);
    case 'spansetOperation':
      if (!isLogicalOperator(expression.operator)) {
        return unsupported(`the structural operator ${expression.operator}`, expression.range);
      }
      return describeSpansets(expression.left) ?? describeSpansets(expression.right);
  }
}

function describeReference(reference: Reference): Diagnostic | undefined {
  const isParent = reference.kind === 'attribute' ? reference.parent : reference.name === 'parent';
  return isParent ? unsupported(printReference(reference), reference.range) : undefined;
}

function unsupported(what: string, range: Range, hint?: string): Diagnostic {
  const message = `${what} not yet supported`;
  return { code: 'unsupported', message, range, ...(hint === undefined ? {} : { hint }) };
}

function firstOf<Item>(
  items: readonly Item[],
  describe: (item: Item, index: number) => Diagnostic | undefined
): Diagnostic | undefined {
  for (const [index, item] of items.entries()) {
    const found = describe(item, index);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
