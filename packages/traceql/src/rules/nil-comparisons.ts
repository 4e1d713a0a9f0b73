// SPDX-License-Identifier: Apache-2.0
//
// What every span has cannot be asked for its absence: intrinsics and resource.service.name. (`!= nil` is
// always true of them, and harmless.)

import { printExpression } from '../printer.ts';
import { walkQuery } from '../walk.ts';
import type { Rule } from './rule.ts';

export const nilComparisons: Rule = (query, report) => {
  walkQuery(query, {
    expression(node) {
      if (node.kind !== 'binary' || node.operator !== '=') {
        return;
      }
      const { left, right, range } = node;
      const operand = right.kind === 'nil' ? left : left.kind === 'nil' ? right : undefined;
      if (operand?.kind === 'intrinsic' && operand.name !== 'parent') {
        const message = `${printExpression(operand)}=nil is not valid because intrinsics cannot be nil`;
        report({ code: 'type', message, range });
      } else if (
        operand?.kind === 'attribute' &&
        operand.scope === 'resource' &&
        !operand.parent &&
        operand.name === 'service.name'
      ) {
        const message = `${printExpression(operand)}=nil is not valid because resource.service.name cannot be nil`;
        report({ code: 'type', message, range });
      }
    },
  });
};
