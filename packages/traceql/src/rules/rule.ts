// SPDX-License-Identifier: Apache-2.0
//
// What a rule of validation is: a look at a query that reports what is wrong, and nothing else.

import type { Query } from '../ast.ts';
import type { Diagnostic } from '../error.ts';

export type Report = (diagnostic: Diagnostic) => void;
export type Rule = (query: Query, report: Report) => void;
