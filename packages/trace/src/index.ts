// SPDX-License-Identifier: Apache-2.0
export * from './attributes.ts';
export { buildTrace } from './build.ts';
export * from './format.ts';
export * from './model.ts';
export { spansFromText, traceFromText, type DrawnTrace } from './notation.ts';
export type { SpanSource } from './span-source.ts';
