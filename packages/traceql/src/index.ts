// SPDX-License-Identifier: Apache-2.0
export * from './ast.ts';
export { formatDiagnostic, toError, TraceQlError } from './error.ts';
export type { Diagnostic, TraceQlErrorCode } from './error.ts';
export { parseIdentifier, parseQuery, tryParseQuery } from './parser/parse-query.ts';
export { printExpression, printFilter, printQuery, printReference, printStages, printStatic } from './printer.ts';
export { compileExpression, isTrue } from './evaluate/expression.ts';
export type { Evaluate, Scope } from './evaluate/expression.ts';
export { compileFilter, conjunctsOf } from './evaluate/filter.ts';
export type { SpanPredicate } from './evaluate/filter.ts';
export { idDigits, normaliseId } from './evaluate/ids.ts';
export { compilePattern } from './evaluate/regular-expression.ts';
export type { CompiledPattern } from './evaluate/regular-expression.ts';
export type { AttributeLookup, EventView, LinkView, SpanIntrinsicName, SpanView } from './evaluate/span-view.ts';
export { compareText } from './evaluate/text-order.ts';
export { toValue } from './evaluate/value.ts';
export type { ArrayValue, OpaqueValue, ScalarValue, Value } from './evaluate/value.ts';
export { referenceKey, referencesInExpression, referencesInQuery, referencesInStage } from './references.ts';
export type { Reference } from './references.ts';
export { validateQuery } from './validate.ts';
export { formatDuration, tryParseDuration } from './duration.ts';
export { buildFilterQuery, formatValueLiteral, parseFilterQuery } from './editor/filter-conditions.ts';
export type { FilterCondition, TypedValue } from './editor/filter-conditions.ts';
export { situationAt } from './editor/situation.ts';
export type { Situation } from './editor/situation.ts';
export { tokenize } from './editor/tokenize.ts';
export type { HighlightKind, HighlightToken } from './editor/tokenize.ts';
export { parseLenient } from './lenient.ts';
export { quoteString } from './string-literal.ts';
export {
  intrinsicTable,
  intrinsicsByWord,
  kindNames,
  metricsFunctions,
  otherKeywords,
  pipelineFunctions,
  scopeTable,
  secondStageFunctions,
  statusNames,
  valueWords,
} from './vocabulary.ts';
export type { IntrinsicEntry, IntrinsicType, VocabularyEntry } from './vocabulary.ts';
export { compilePipeline, compileSearch } from './evaluate/search.ts';
export type { Spanset, SpansetAttribute } from './evaluate/spanset.ts';
export { orderOf, searchOrders } from './rules/order-hint.ts';
export { ORPHAN, ROOT } from './evaluate/span-view.ts';
export type { TraceView } from './evaluate/span-view.ts';
export * from './evaluate/metrics/index.ts';
