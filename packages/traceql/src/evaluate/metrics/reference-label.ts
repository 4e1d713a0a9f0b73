// SPDX-License-Identifier: Apache-2.0
//
// The keys of labels: an attribute as it is written with its scope, an intrinsic by its short name if it has one.

import { printReference } from '../../printer.ts';
import type { Reference } from '../../references.ts';
import { intrinsicTable } from '../../vocabulary.ts';

/** The label for a reference: `resource.service.name`, `.foo`, `name` (also for `span:name`). */
export function referenceLabel(reference: Reference): string {
  return reference.kind === 'intrinsic'
    ? (intrinsicTable[reference.name].legacy ?? reference.name)
    : printReference(reference);
}
