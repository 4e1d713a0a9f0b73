// SPDX-License-Identifier: Apache-2.0
//
// Where the values lie that a reference means.

import type { Reference } from '@tracewell/traceql';

/** Where a reference's value lies: what must be loaded to know it. */
export function scopeOf(reference: Reference): 'span' | 'resource' | 'instrumentation' | 'trace' | 'mixed' {
  if (reference.kind === 'attribute') {
    if (reference.parent) {
      return 'trace';
    }
    switch (reference.scope) {
      case 'resource':
        return 'resource';
      case 'instrumentation':
        return 'instrumentation';
      case 'none':
        return 'mixed';
      default:
        return 'span';
    }
  }
  switch (reference.name) {
    case 'instrumentation:name':
    case 'instrumentation:version':
      return 'instrumentation';
    case 'trace:duration':
    case 'trace:rootName':
    case 'trace:rootService':
    case 'span:childCount':
    case 'nestedSetLeft':
    case 'nestedSetRight':
    case 'parent':
      return 'trace';
    default:
      return 'span';
  }
}
