// SPDX-License-Identifier: Apache-2.0
export * from './tracewell/shapes.ts';
export * from './otlp/decode-export.ts';
export * from './otlp/errors.ts';
export * from './otlp/span-record.ts';
export * from './otlp/wire-reader.ts';
