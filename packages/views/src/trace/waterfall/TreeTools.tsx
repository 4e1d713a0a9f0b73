// SPDX-License-Identifier: Apache-2.0
//
// Buttons over the tree: expand all, collapse all, fold similar siblings.

import { IconButton } from '@grafana/ui';
import type { TraceModel } from '../state/use-trace-model.ts';

interface TreeToolsProps {
  readonly model: TraceModel;
  readonly className: string;
}

/** Collapses, expands and folds the whole tree. */
export function TreeTools({ model, className }: TreeToolsProps) {
  const { fold } = model;
  return (
    <span className={className}>
      {model.analysis.folding.folds.length > 0 && (
        <IconButton
          name="layer-group"
          size="sm"
          variant={fold.foldSimilar ? 'primary' : 'secondary'}
          aria-pressed={fold.foldSimilar}
          tooltip={fold.foldSimilar ? 'Show similar siblings one by one' : 'Fold similar siblings into one row'}
          onClick={() => model.setFold((old) => ({ ...old, foldSimilar: !old.foldSimilar }))}
        />
      )}
      <IconButton
        name="angle-double-down"
        size="sm"
        tooltip="Expand all ( ] )"
        onClick={() => model.setFold((old) => ({ ...old, collapsedAll: false, toggled: new Set() }))}
      />
      <IconButton
        name="angle-right"
        size="sm"
        tooltip="Collapse all ( [ )"
        onClick={() =>
          model.setFold((old) => ({ ...old, collapsedAll: true, toggled: new Set(), openFolds: new Set() }))
        }
      />
    </span>
  );
}
