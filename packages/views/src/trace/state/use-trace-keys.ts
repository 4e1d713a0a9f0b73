// SPDX-License-Identifier: Apache-2.0
//
// Keys of the trace view, turned into changes of the model.

import type { KeyboardEvent, MutableRefObject } from 'react';
import { around, pan, zoomAt } from '../layout/viewport.ts';
import { commandFor, type Command } from './commands.ts';
import type { TraceModel } from './use-trace-model.ts';

export interface KeyTargets {
  /** Rows of a page. */
  readonly pageRows: MutableRefObject<number>;
  readonly focusFilter: () => void;
  readonly toggleDetails: () => void;
  readonly showHelp: () => void;
  /** Esc, after the filter is empty. */
  readonly clear: () => void;
}

function isTyping(target: EventTarget): boolean {
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLElement && target.isContentEditable)
  );
}

/** Commands that belong to the rows: elsewhere these keys scroll, press buttons or move between tabs. */
const rowCommands: ReadonlySet<Command> = new Set([
  'down',
  'up',
  'page-down',
  'page-up',
  'first',
  'last',
  'expand',
  'collapse',
  'details',
]);

/** Handler for `onKeyDown` of the page. `grid` says whether an element is the waterfall. */
export function traceKeyHandler(
  model: TraceModel,
  targets: KeyTargets,
  inGrid: (target: EventTarget) => boolean
): (event: KeyboardEvent) => void {
  return (event) => {
    if (isTyping(event.target) || event.defaultPrevented) return;
    const command = commandFor(event);
    if (command === undefined) return;
    if (rowCommands.has(command) && !inGrid(event.target)) return;
    event.preventDefault();
    // The page around may have keys of its own (Grafana has).
    event.stopPropagation();
    run(command, model, targets);
  };
}

function run(command: Command, model: TraceModel, targets: KeyTargets): void {
  const { trace, rows, viewport, cursor, selectedRow } = model;
  const select = (row: number): void => model.selectRow(Math.max(0, Math.min(rows.length - 1, row)));
  const span = cursor?.span;
  switch (command) {
    case 'down':
      return select(selectedRow + 1);
    case 'up':
      return select(selectedRow < 0 ? 0 : selectedRow - 1);
    case 'page-down':
      return select(Math.max(0, selectedRow) + targets.pageRows.current);
    case 'page-up':
      return select(selectedRow - targets.pageRows.current);
    case 'first':
      return select(0);
    case 'last':
      return select(rows.length - 1);
    case 'expand':
      return expandOrEnter(model);
    case 'collapse':
      return collapseOrLeave(model);
    case 'details':
      if (selectedRow < 0) select(0);
      return targets.toggleDetails();
    case 'focus-span':
      if (span !== undefined) {
        model.setViewport(around(trace.starts[span] ?? 0, trace.ends[span] ?? 0, trace.duration));
      }
      return;
    case 'next-match':
      return model.stepMatch(1);
    case 'previous-match':
      return model.stepMatch(-1);
    case 'collapse-all':
      return model.setFold((old) => ({ ...old, collapsedAll: true, toggled: new Set(), openFolds: new Set() }));
    case 'expand-all':
      return model.setFold((old) => ({ ...old, collapsedAll: false, toggled: new Set() }));
    case 'zoom-in':
      return model.setViewport(zoomAt(viewport, anchorOf(model), 1.5, trace.duration));
    case 'zoom-out':
      return model.setViewport(zoomAt(viewport, anchorOf(model), 1 / 1.5, trace.duration));
    case 'zoom-all':
      return model.setViewport(undefined);
    case 'pan-left':
      return model.setViewport(pan(viewport, -0.2, trace.duration));
    case 'pan-right':
      return model.setViewport(pan(viewport, 0.2, trace.duration));
    case 'critical':
      return model.set({ critical: model.criticalOnly ? undefined : '1' });
    case 'only-matches':
      return model.set({ matches: model.onlyMatches ? undefined : '1' });
    case 'filter':
      return targets.focusFilter();
    case 'clear':
      return targets.clear();
    case 'help':
      return targets.showHelp();
  }
}

/** Zooming keeps the selected span's start in place, if it is on screen. */
function anchorOf({ trace, viewport, cursor }: TraceModel): number {
  const start = trace.starts[cursor?.span ?? -1];
  if (start === undefined || start < viewport.from || start > viewport.to) return 0.5;
  return (start - viewport.from) / (viewport.to - viewport.from);
}

function expandOrEnter(model: TraceModel): void {
  const { trace, rows, selectedRow, collapsed, fold } = model;
  const span = rows.spans[selectedRow];
  if (span === undefined) return;
  const foldIndex = rows.folds[selectedRow] ?? -1;
  const open = foldIndex >= 0 ? fold.openFolds.has(foldIndex) : collapsed[span] === 0;
  if (!open) model.toggleRow(selectedRow, true);
  else if (foldIndex >= 0 || (trace.childCounts[span] ?? 0) > 0) model.selectRow(selectedRow + 1);
}

function collapseOrLeave(model: TraceModel): void {
  const { trace, rows, selectedRow, collapsed, fold } = model;
  const span = rows.spans[selectedRow];
  if (span === undefined) return;
  const foldIndex = rows.folds[selectedRow] ?? -1;
  if (foldIndex >= 0 && fold.openFolds.has(foldIndex)) return model.toggleRow(selectedRow, false);
  if (foldIndex < 0 && (trace.childCounts[span] ?? 0) > 0 && collapsed[span] === 0) {
    return model.toggleRow(selectedRow, false);
  }
  // The row above that is one level up: the parent, or the fold that the span is a member of.
  const level = rows.levels[selectedRow] ?? 0;
  for (let row = selectedRow - 1; row >= 0; row--) {
    if ((rows.levels[row] ?? 0) < level) return model.selectRow(row);
  }
}
