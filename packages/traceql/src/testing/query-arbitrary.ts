// SPDX-License-Identifier: Apache-2.0
//
// Random syntax trees for property tests: all that the parser can produce, and nothing that it cannot
// (numbers beside a metric are already folded, a pipeline operand is more than one spanset expression).

import * as fc from 'fast-check';
import { intrinsics } from '../ast.ts';
import type {
  Aggregate,
  AttributeRef,
  CompareFunction,
  FieldExpression,
  IntrinsicRef,
  MetricsFunction,
  MetricsOperation,
  MetricsPipeline,
  PipelineStage,
  Query,
  Range,
  ScalarExpression,
  ScalarFilter,
  SecondStage,
  SpansetExpression,
  SpansetFilter,
  Static,
} from '../ast.ts';
import { aggregateNames, intrinsicTable, kindNames, statusNames } from '../vocabulary.ts';

const range: Range = { start: 0, end: 0 };
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const name = fc.oneof(
  fc.constantFrom('a', 'http.status_code', 'service.name', 'foo bar', 'x-1', '5x', 'span.x', 'resource.y', 'a"b', ''),
  fc.string({ unit: 'grapheme', maxLength: 8 })
);

export const staticArbitrary: fc.Arbitrary<Static> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 10 }).map((value) => ({ kind: 'string', value, range }) as const),
  int64.map((value) => ({ kind: 'int', value, range }) as const),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => ({ kind: 'float', value, range }) as const),
  // No int64 minimum: a duration literal is signed only by a minus before it.
  fc
    .bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n })
    .map((value) => ({ kind: 'duration', value, range }) as const),
  fc.boolean().map((value) => ({ kind: 'boolean', value, range }) as const),
  fc.constantFrom(...statusNames).map((value) => ({ kind: 'status', value, range }) as const),
  fc.constantFrom(...kindNames).map((value) => ({ kind: 'spanKind', value, range }) as const),
  fc.constant({ kind: 'nil', range } as const)
);

const numberArbitrary = staticArbitrary.filter(({ kind }) => kind === 'int' || kind === 'float' || kind === 'duration');

const attributeArbitrary: fc.Arbitrary<AttributeRef> = fc.oneof(
  fc.record({
    kind: fc.constant('attribute' as const),
    scope: fc.constantFrom('none', 'span', 'resource', 'event', 'link', 'instrumentation'),
    parent: fc.constant(false),
    name,
    range: fc.constant(range),
  }),
  fc.record({
    kind: fc.constant('attribute' as const),
    scope: fc.constantFrom('none', 'span', 'resource'),
    parent: fc.constant(true),
    name,
    range: fc.constant(range),
  })
);

const intrinsicArbitrary: fc.Arbitrary<IntrinsicRef> = fc
  .tuple(fc.constantFrom(...intrinsics), fc.boolean())
  .map(([intrinsic, flag]) => {
    const hasLegacy = intrinsicTable[intrinsic].legacy !== undefined;
    return { kind: 'intrinsic', name: intrinsic, legacy: hasLegacy && (flag || !intrinsic.includes(':')), range };
  });

export const referenceArbitrary = fc.oneof(attributeArbitrary, intrinsicArbitrary);

const binaryOperators = [
  '=',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  '=~',
  '!~',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '&&',
  '||',
] as const;

export const expressionArbitrary: fc.Arbitrary<FieldExpression> = fc.letrec<{ expression: FieldExpression }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    staticArbitrary,
    referenceArbitrary,
    fc.record({
      kind: fc.constant('binary' as const),
      operator: fc.constantFrom(...binaryOperators),
      left: tie('expression'),
      right: tie('expression'),
      range: fc.constant(range),
    }),
    fc.record({
      kind: fc.constant('unary' as const),
      operator: fc.constantFrom('-', '!'),
      operand: tie('expression'),
      range: fc.constant(range),
    })
  ),
})).expression;

const filterArbitrary: fc.Arbitrary<SpansetFilter> = fc.oneof(
  fc.constant({ kind: 'spansetFilter', range } as const),
  expressionArbitrary.map((expression) => ({ kind: 'spansetFilter', expression, range }) as const)
);

const aggregateArbitrary: fc.Arbitrary<Aggregate> = fc
  .tuple(fc.constantFrom(...aggregateNames), expressionArbitrary)
  .map(([aggregate, expression]) =>
    aggregate === 'count'
      ? { kind: 'aggregate', name: aggregate, range }
      : { kind: 'aggregate', name: aggregate, expression, range }
  );

const spansetOperators = [
  '&&',
  '||',
  '>',
  '>>',
  '<',
  '<<',
  '~',
  '!>',
  '!>>',
  '!<',
  '!<<',
  '!~',
  '&>',
  '&>>',
  '&<',
  '&<<',
  '&~',
] as const;

/** What refers to itself; a mapped type because fast-check wants an index signature. */
type Recursive = Pick<
  {
    spanset: SpansetExpression;
    scalar: ScalarExpression;
    scalarFilter: ScalarFilter;
    stage: PipelineStage;
    stages: PipelineStage[];
    metrics: MetricsPipeline | MetricsOperation;
  },
  'spanset' | 'scalar' | 'scalarFilter' | 'stage' | 'stages' | 'metrics'
>;

/** Whether a stage list in parentheses stays a pipeline: one spanset expression would only be grouped. */
function isOperandPipeline(stages: readonly PipelineStage[]): boolean {
  const [first] = stages;
  return stages.length > 1 || first?.kind === 'by' || first?.kind === 'select' || first?.kind === 'scalarFilter';
}

function hasAggregate(scalar: ScalarExpression): boolean {
  return scalar.kind === 'scalarOperation'
    ? hasAggregate(scalar.left) || hasAggregate(scalar.right)
    : scalar.kind === 'aggregate' || scalar.kind === 'scalarPipeline';
}

const references = fc.array(referenceArbitrary, { minLength: 1, maxLength: 3 });

const metricsFunctionArbitrary: fc.Arbitrary<MetricsFunction | CompareFunction> = fc.oneof(
  fc
    .tuple(fc.constantFrom('rate' as const, 'count_over_time' as const), fc.array(referenceArbitrary, { maxLength: 3 }))
    .map(([functionName, by]) => ({ kind: 'metricsFunction', name: functionName, quantiles: [], by, range }) as const),
  fc
    .tuple(
      fc.constantFrom('min_over_time' as const, 'avg_over_time' as const, 'histogram_over_time' as const),
      referenceArbitrary,
      fc.array(referenceArbitrary, { maxLength: 3 })
    )
    .map(
      ([functionName, attribute, by]) =>
        ({ kind: 'metricsFunction', name: functionName, attribute, quantiles: [], by, range }) as const
    ),
  fc
    .tuple(referenceArbitrary, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 3 }))
    .map(
      ([attribute, quantiles]) =>
        ({ kind: 'metricsFunction', name: 'quantile_over_time', attribute, quantiles, by: [], range }) as const
    ),
  fc
    .tuple(filterArbitrary, fc.integer({ min: 1, max: 1000 }), fc.option(fc.tuple(int64, int64), { nil: undefined }))
    .map(
      ([selection, topN, window]) =>
        ({
          kind: 'compare',
          selection,
          topN,
          ...(window === undefined ? {} : { start: window[0], end: window[1] }),
          range,
        }) as const
    )
);

const secondStagesArbitrary: fc.Arbitrary<SecondStage[]> = fc.array(
  fc.oneof(
    fc
      .tuple(fc.constantFrom('topk' as const, 'bottomk' as const), fc.integer({ min: 1, max: 100 }))
      .map(([kind, limit]) => ({ kind, limit, range })),
    fc
      .tuple(fc.constantFrom('=', '!=', '<', '<=', '>', '>='), numberArbitrary)
      .map(([operator, value]) => ({ kind: 'metricsFilter', operator, value, range }) as const)
  ),
  { maxLength: 3 }
);

const recursive = fc.letrec<Recursive>((tie) => ({
  spanset: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    filterArbitrary,
    fc.record({
      kind: fc.constant('spansetOperation' as const),
      operator: fc.constantFrom(...spansetOperators),
      left: tie('spanset'),
      right: tie('spanset'),
      range: fc.constant(range),
    }),
    tie('stages')
      .filter(isOperandPipeline)
      .map((stages) => ({ kind: 'pipeline', stages, range }) as const)
  ),
  scalar: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    aggregateArbitrary,
    numberArbitrary,
    fc.record({
      kind: fc.constant('scalarOperation' as const),
      operator: fc.constantFrom('+', '-', '*', '/', '%', '^'),
      left: tie('scalar'),
      right: tie('scalar'),
      range: fc.constant(range),
    }),
    fc
      .tuple(tie('stages'), aggregateArbitrary)
      .map(([stages, aggregate]) => ({ kind: 'scalarPipeline', stages, aggregate, range }) as const)
  ),
  scalarFilter: fc
    .tuple(fc.constantFrom('=', '!=', '<', '<=', '>', '>='), tie('scalar'), tie('scalar'))
    .filter(([, left, right]) => hasAggregate(left) || hasAggregate(right))
    .map(([operator, left, right]) => ({ kind: 'scalarFilter', operator, left, right, range }) as const),
  stage: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('spanset'),
    tie('scalarFilter'),
    expressionArbitrary.map((expression) => ({ kind: 'by', expression, range }) as const),
    fc.constant({ kind: 'coalesce', range } as const),
    references.map((attributes) => ({ kind: 'select', attributes, range }) as const)
  ),
  stages: fc
    .array(tie('stage'), { minLength: 1, maxLength: 3, depthIdentifier: 'stages' })
    .filter(([first]) => first?.kind !== 'coalesce'),
  metrics: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      kind: fc.constant('metricsPipeline' as const),
      stages: tie('stages'),
      function: metricsFunctionArbitrary,
      secondStages: secondStagesArbitrary,
      range: fc.constant(range),
    }),
    fc.record({
      kind: fc.constant('metricsOperation' as const),
      operator: fc.constantFrom('+', '-', '*', '/'),
      left: tie('metrics'),
      right: fc.oneof(tie('metrics'), numberArbitrary),
      secondStages: secondStagesArbitrary,
      range: fc.constant(range),
    }),
    fc.record({
      kind: fc.constant('metricsOperation' as const),
      operator: fc.constantFrom('+', '-', '*', '/'),
      left: numberArbitrary,
      right: tie('metrics'),
      secondStages: secondStagesArbitrary,
      range: fc.constant(range),
    })
  ),
}));

const hintsArbitrary = fc.array(
  fc.record({
    name: fc.constantFrom('exemplars', 'sample', 'most_recent', 'rate'),
    value: staticArbitrary,
    range: fc.constant(range),
  }),
  { maxLength: 2 }
);

/** Whole queries, all ranges 0..0. */
export const queryArbitrary: fc.Arbitrary<Query> = fc
  .tuple(
    fc.oneof(
      recursive.stages.map((stages) => ({ kind: 'pipeline', stages, range }) as const),
      recursive.metrics
    ),
    hintsArbitrary
  )
  .map(([body, hints]) => ({ kind: 'query', body, hints, range }));

/** A copy of a tree with every range set to 0..0, to compare trees that come from different texts. */
export function withoutRanges<Node>(node: Node): Node {
  return JSON.parse(
    JSON.stringify(node, (key, value: unknown) => {
      if (key === 'range') {
        return range;
      }
      if (typeof value === 'bigint') {
        return `bigint ${value}`;
      }
      return Object.is(value, -0) ? '-0' : value;
    })
  ) as Node;
}
