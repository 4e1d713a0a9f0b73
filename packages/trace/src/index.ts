// SPDX-License-Identifier: Apache-2.0
export * from './model.ts';
export * from './span-source.ts';
