// SPDX-License-Identifier: Apache-2.0
//
// Nominal types: two numbers that must not be mixed up get different brands. Nothing is there at run time.

declare const brand: unique symbol;

/** `T` that only code which knows about `Name` can produce. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
