// SPDX-License-Identifier: Apache-2.0
//
// The abstract syntax of TraceQL. Plain data, discriminated by `kind`; every node has its range in the
// source. `&&` and `||` of spansets and of fields are different nodes because they mean different things:
// one combines sets of spans, the other two truth values of one span.

/** Half-open range of UTF-16 offsets in the query text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export type AttributeScope = 'span' | 'resource' | 'event' | 'link' | 'instrumentation' | 'parent' | 'none';

/** Intrinsics by their scoped name; the unscoped legacy names are parsed to these. */
export const intrinsics = [
  'span:duration',
  'span:name',
  'span:kind',
  'span:status',
  'span:statusMessage',
  'span:id',
  'span:parentID',
  'span:childCount',
  'trace:duration',
  'trace:rootName',
  'trace:rootService',
  'trace:id',
  'event:name',
  'event:timeSinceStart',
  'link:traceID',
  'link:spanID',
  'instrumentation:name',
  'instrumentation:version',
  'nestedSetLeft',
  'nestedSetRight',
  'nestedSetParent',
  'parent',
] as const;
export type IntrinsicName = (typeof intrinsics)[number];

export type StatusName = 'ok' | 'error' | 'unset';
export type KindName = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export type Static =
  | { readonly kind: 'string'; readonly value: string; readonly range: Range }
  | { readonly kind: 'int'; readonly value: bigint; readonly range: Range }
  | { readonly kind: 'float'; readonly value: number; readonly range: Range }
  /** Nanoseconds. */
  | { readonly kind: 'duration'; readonly value: bigint; readonly range: Range }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly range: Range }
  | { readonly kind: 'status'; readonly value: StatusName; readonly range: Range }
  | { readonly kind: 'spanKind'; readonly value: KindName; readonly range: Range }
  | { readonly kind: 'nil'; readonly range: Range };

/** `.x`, `span.x`, `resource.x`, ...; with `parent`, the parent span's (`parent.span.x`: scope span). */
export interface AttributeRef {
  readonly kind: 'attribute';
  readonly scope: Exclude<AttributeScope, 'parent'>;
  readonly parent: boolean;
  readonly name: string;
  readonly range: Range;
}

export interface IntrinsicRef {
  readonly kind: 'intrinsic';
  readonly name: IntrinsicName;
  /** As written was the unscoped legacy name (`duration`, not `span:duration`). */
  readonly legacy: boolean;
  readonly range: Range;
}

export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>=' | '=~' | '!~';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^';
export type LogicalOperator = '&&' | '||';

export interface BinaryExpression {
  readonly kind: 'binary';
  readonly operator: ComparisonOperator | ArithmeticOperator | LogicalOperator;
  readonly left: FieldExpression;
  readonly right: FieldExpression;
  readonly range: Range;
}

export interface UnaryExpression {
  readonly kind: 'unary';
  readonly operator: '-' | '!';
  readonly operand: FieldExpression;
  readonly range: Range;
}

export type FieldExpression = Static | AttributeRef | IntrinsicRef | BinaryExpression | UnaryExpression;

export interface SpansetFilter {
  readonly kind: 'spansetFilter';
  /** Absent for `{}`, which matches every span. */
  readonly expression?: FieldExpression;
  readonly range: Range;
}

export type StructuralOperator = '>' | '>>' | '<' | '<<' | '~';
export type SpansetOperator =
  LogicalOperator | StructuralOperator | `!${StructuralOperator}` | `&${StructuralOperator}`;

export interface SpansetOperation {
  readonly kind: 'spansetOperation';
  readonly operator: SpansetOperator;
  readonly left: SpansetExpression;
  readonly right: SpansetExpression;
  readonly range: Range;
}

/** A parenthesised pipeline used as an operand: `({a} | count() > 1) >> ({b})`. */
export interface PipelineOperand {
  readonly kind: 'pipeline';
  readonly stages: readonly PipelineStage[];
  readonly range: Range;
}

export type SpansetExpression = SpansetFilter | SpansetOperation | PipelineOperand;

export type AggregateName = 'count' | 'min' | 'max' | 'avg' | 'sum';

export interface Aggregate {
  readonly kind: 'aggregate';
  readonly name: AggregateName;
  /** Absent for `count()`. */
  readonly expression?: FieldExpression;
  readonly range: Range;
}

export type ScalarExpression =
  | Aggregate
  | Static
  | {
      readonly kind: 'scalarOperation';
      readonly operator: ArithmeticOperator;
      readonly left: ScalarExpression;
      readonly right: ScalarExpression;
      readonly range: Range;
    }
  /** `({..} | count())`: a pipeline that ends in an aggregate, used as a number. */
  | {
      readonly kind: 'scalarPipeline';
      readonly stages: readonly PipelineStage[];
      readonly aggregate: Aggregate;
      readonly range: Range;
    };

export interface ScalarFilter {
  readonly kind: 'scalarFilter';
  readonly operator: Exclude<ComparisonOperator, '=~' | '!~'>;
  readonly left: ScalarExpression;
  readonly right: ScalarExpression;
  readonly range: Range;
}

export interface GroupStage {
  readonly kind: 'by';
  readonly expression: FieldExpression;
  readonly range: Range;
}

export interface CoalesceStage {
  readonly kind: 'coalesce';
  readonly range: Range;
}

export interface SelectStage {
  readonly kind: 'select';
  readonly attributes: readonly (AttributeRef | IntrinsicRef)[];
  readonly range: Range;
}

export type PipelineStage = SpansetExpression | ScalarFilter | GroupStage | CoalesceStage | SelectStage;

export type MetricsFunctionName =
  | 'rate'
  | 'count_over_time'
  | 'min_over_time'
  | 'max_over_time'
  | 'sum_over_time'
  | 'avg_over_time'
  | 'quantile_over_time'
  | 'histogram_over_time';

export interface MetricsFunction {
  readonly kind: 'metricsFunction';
  readonly name: MetricsFunctionName;
  /** The measured attribute; absent for `rate` and `count_over_time`. */
  readonly attribute?: AttributeRef | IntrinsicRef;
  /** 0 to 1, for `quantile_over_time`; empty otherwise. */
  readonly quantiles: readonly number[];
  readonly by: readonly (AttributeRef | IntrinsicRef)[];
  readonly range: Range;
}

export interface CompareFunction {
  readonly kind: 'compare';
  readonly selection: SpansetFilter;
  readonly topN: number;
  /** Nanoseconds since 1970; both or neither. */
  readonly start?: bigint;
  readonly end?: bigint;
  readonly range: Range;
}

export type SecondStage =
  | { readonly kind: 'topk' | 'bottomk'; readonly limit: number; readonly range: Range }
  | {
      readonly kind: 'metricsFilter';
      readonly operator: Exclude<ComparisonOperator, '=~' | '!~'>;
      readonly value: Static;
      readonly range: Range;
    };

export interface MetricsPipeline {
  readonly kind: 'metricsPipeline';
  readonly stages: readonly PipelineStage[];
  readonly function: MetricsFunction | CompareFunction;
  readonly secondStages: readonly SecondStage[];
  readonly range: Range;
}

export interface MetricsOperation {
  readonly kind: 'metricsOperation';
  readonly operator: '+' | '-' | '*' | '/';
  readonly left: MetricsExpression;
  readonly right: MetricsExpression;
  /** After a parenthesised operation: `((a) + (b)) | topk(3)`. */
  readonly secondStages: readonly SecondStage[];
  readonly range: Range;
}

export type MetricsExpression = MetricsPipeline | MetricsOperation | Static;

export interface Hint {
  readonly name: string;
  readonly value: Static;
  readonly range: Range;
}

/** A whole query: a pipeline over spansets (search), or a metrics expression. */
export interface Query {
  readonly kind: 'query';
  readonly body:
    | { readonly kind: 'pipeline'; readonly stages: readonly PipelineStage[]; readonly range: Range }
    | MetricsPipeline
    | MetricsOperation;
  readonly hints: readonly Hint[];
  readonly range: Range;
}
