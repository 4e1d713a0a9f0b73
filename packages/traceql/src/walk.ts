// SPDX-License-Identifier: Apache-2.0
//
// Visits of a query's tree, for rules that look at one kind of node wherever it stands. Nodes are visited in
// the order of the text, operands before the operation they belong to.

import type {
  Aggregate,
  FieldExpression,
  MetricsExpression,
  MetricsOperation,
  MetricsPipeline,
  PipelineStage,
  Query,
  ScalarExpression,
  ScalarFilter,
} from './ast.ts';

/** What a rule wants to see. */
export interface Visitor {
  expression?(node: FieldExpression): void;
  stage?(node: PipelineStage): void;
  aggregate?(node: Aggregate): void;
  scalarFilter?(node: ScalarFilter): void;
  metrics?(node: MetricsPipeline | MetricsOperation): void;
}

export function walkQuery(query: Query, visitor: Visitor): void {
  const { body } = query;
  if (body.kind === 'pipeline') {
    walkStages(body.stages, visitor);
  } else {
    walkMetrics(body, visitor);
  }
}

function walkMetrics(node: MetricsExpression, visitor: Visitor): void {
  if (node.kind === 'metricsOperation') {
    walkMetrics(node.left, visitor);
    walkMetrics(node.right, visitor);
    visitor.metrics?.(node);
  } else if (node.kind === 'metricsPipeline') {
    walkStages(node.stages, visitor);
    if (node.function.kind === 'compare') {
      walkStages([node.function.selection], visitor);
    } else {
      const { attribute, by } = node.function;
      for (const reference of attribute === undefined ? by : [attribute, ...by]) {
        visitor.expression?.(reference);
      }
    }
    visitor.metrics?.(node);
  }
}

function walkStages(stages: readonly PipelineStage[], visitor: Visitor): void {
  for (const stage of stages) {
    walkStage(stage, visitor);
  }
}

function walkStage(stage: PipelineStage, visitor: Visitor): void {
  switch (stage.kind) {
    case 'spansetFilter':
      if (stage.expression !== undefined) {
        walkExpression(stage.expression, visitor);
      }
      break;
    case 'spansetOperation':
      walkStage(stage.left, visitor);
      walkStage(stage.right, visitor);
      break;
    case 'pipeline':
      walkStages(stage.stages, visitor);
      break;
    case 'scalarFilter':
      walkScalar(stage.left, visitor);
      walkScalar(stage.right, visitor);
      visitor.scalarFilter?.(stage);
      break;
    case 'by':
      walkExpression(stage.expression, visitor);
      break;
    case 'select':
      for (const reference of stage.attributes) {
        visitor.expression?.(reference);
      }
      break;
    case 'coalesce':
      break;
  }
  visitor.stage?.(stage);
}

function walkScalar(node: ScalarExpression, visitor: Visitor): void {
  switch (node.kind) {
    case 'aggregate':
      if (node.expression !== undefined) {
        walkExpression(node.expression, visitor);
      }
      visitor.aggregate?.(node);
      break;
    case 'scalarOperation':
      walkScalar(node.left, visitor);
      walkScalar(node.right, visitor);
      break;
    case 'scalarPipeline':
      walkStages(node.stages, visitor);
      walkScalar(node.aggregate, visitor);
      break;
    default:
      break;
  }
}

function walkExpression(node: FieldExpression, visitor: Visitor): void {
  if (node.kind === 'binary') {
    walkExpression(node.left, visitor);
    walkExpression(node.right, visitor);
  } else if (node.kind === 'unary') {
    walkExpression(node.operand, visitor);
  }
  visitor.expression?.(node);
}
