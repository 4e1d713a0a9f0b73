// SPDX-License-Identifier: Apache-2.0
//
// What can be set in the panel editor. Parts that are on still leave when the panel is too small for them.
import type { PanelOptionsEditorBuilder } from '@grafana/data';
import type { TraceParts } from '@tracewell/views';

export interface WaterfallOptions {
  readonly header: boolean;
  readonly findings: boolean;
  readonly tools: boolean;
  readonly minimap: boolean;
  readonly details: boolean;
  readonly foldSimilar: boolean;
  readonly criticalPathOnly: boolean;
}

export const defaultOptions: WaterfallOptions = {
  header: true,
  findings: true,
  tools: true,
  minimap: true,
  details: true,
  foldSimilar: true,
  criticalPathOnly: false,
};

/** The options in the panel editor. */
export function addOptions(builder: PanelOptionsEditorBuilder<WaterfallOptions>): void {
  const parts = ['Parts'];
  const rows = ['Rows'];
  builder
    .addBooleanSwitch({
      path: 'header',
      name: 'Header',
      description: 'Name, duration, time and size of the trace. From a height of 360 pixels.',
      category: parts,
      defaultValue: defaultOptions.header,
    })
    .addBooleanSwitch({
      path: 'findings',
      name: 'What stands out',
      description: 'Sentences that say why the trace is slow and what failed first. From a height of 560 pixels.',
      category: parts,
      defaultValue: defaultOptions.findings,
    })
    .addBooleanSwitch({
      path: 'tools',
      name: 'Tabs and filter',
      description: 'Statistics, spans, events and JSON of the trace, and the filter. From a height of 420 pixels.',
      category: parts,
      defaultValue: defaultOptions.tools,
    })
    .addBooleanSwitch({
      path: 'minimap',
      name: 'Minimap',
      description: 'The whole trace above the rows; drag in it to zoom. From a height of 480 pixels.',
      category: parts,
      defaultValue: defaultOptions.minimap,
    })
    .addBooleanSwitch({
      path: 'details',
      name: 'Span details',
      description:
        'Attributes, events and links of the selected span: beside the rows, or over them where room is short.',
      category: parts,
      defaultValue: defaultOptions.details,
    })
    .addBooleanSwitch({
      path: 'foldSimilar',
      name: 'Fold similar spans',
      description: 'Siblings that do the same share a row (\u00d7 41) until it is opened.',
      category: rows,
      defaultValue: defaultOptions.foldSimilar,
    })
    .addBooleanSwitch({
      path: 'criticalPathOnly',
      name: 'Critical path only',
      description: 'Begin with the spans that the end of the trace waited for.',
      category: rows,
      defaultValue: defaultOptions.criticalPathOnly,
    });
}

/** For the view. */
export function partsOf(options: WaterfallOptions): TraceParts {
  const { header, findings, tools, minimap, details } = options;
  return { header, findings, tools, minimap, details };
}

/** What the view begins with, as in the address of the app's page. */
export function initialState(options: WaterfallOptions): Readonly<Record<string, string>> {
  return {
    ...(options.foldSimilar ? {} : { fold: 'flat' }),
    ...(options.criticalPathOnly ? { critical: '1' } : {}),
  };
}
