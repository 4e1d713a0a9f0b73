// SPDX-License-Identifier: Apache-2.0
export * from './assert.ts';
export * from './brand.ts';
export * from './hex.ts';
export * from './intervals.ts';
export * from './result.ts';
export * from './hash.ts';
export * from './size.ts';
