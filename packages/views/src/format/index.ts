// SPDX-License-Identifier: Apache-2.0
export * from './duration.ts';
export * from './number.ts';
export * from './time.ts';
