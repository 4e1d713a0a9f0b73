// SPDX-License-Identifier: Apache-2.0
export * from './ast.ts';
export { formatDiagnostic, toError, TraceQlError } from './error.ts';
export type { Diagnostic, TraceQlErrorCode } from './error.ts';
export { parseIdentifier, parseQuery } from './parser/parse-query.ts';
export { printExpression, printFilter, printQuery, printReference, printStages, printStatic } from './printer.ts';
