// SPDX-License-Identifier: Apache-2.0
export * from './otlp/decode-export.ts';
export * from './otlp/decode-span.ts';
export * from './otlp/decode-trace.ts';
export * from './otlp/encode.ts';
export * from './otlp/errors.ts';
export * from './otlp/span-record.ts';
export * from './otlp/text.ts';
export * from './otlp/wire-reader.ts';
export * from './otlp/wire-writer.ts';
export * from './tracewell/shapes.ts';
