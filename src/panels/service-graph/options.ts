// SPDX-License-Identifier: Apache-2.0
//
// What can be set in the panel editor.
import type { PanelOptionsEditorBuilder } from '@grafana/data';

export interface ServiceGraphOptions {
  readonly view: 'map' | 'table';
  readonly legend: boolean;
  /** Name of a service; may have dashboard variables. */
  readonly focus: string;
  /** Calls per second. */
  readonly leastRate: number;
}

export const defaultOptions: ServiceGraphOptions = { view: 'map', legend: true, focus: '', leastRate: 0 };

/** The options in the panel editor. */
export function addOptions(builder: PanelOptionsEditorBuilder<ServiceGraphOptions>): void {
  const show = ['Show'];
  const filter = ['Filter'];
  builder
    .addRadio({
      path: 'view',
      name: 'View',
      description: 'The map shows who calls whom, the table the numbers of each service.',
      category: show,
      defaultValue: defaultOptions.view,
      settings: {
        options: [
          { value: 'map', label: 'Map' },
          { value: 'table', label: 'Table' },
        ],
      },
    })
    .addBooleanSwitch({
      path: 'legend',
      name: 'Legend',
      description: 'What size, ring and lines of the map mean. From a width of 720 and a height of 420 pixels.',
      category: show,
      defaultValue: defaultOptions.legend,
      showIf: ({ view }) => view === 'map',
    })
    .addTextInput({
      path: 'focus',
      name: 'Focus',
      description: 'Only this service, its callers and whom it calls. Dashboard variables are replaced. Empty for all.',
      category: filter,
      defaultValue: defaultOptions.focus,
      settings: { placeholder: '$service' },
    })
    .addNumberInput({
      path: 'leastRate',
      name: 'Least rate',
      description: 'Leaves out calls that are rarer than this, per second, and services without any other.',
      category: filter,
      defaultValue: defaultOptions.leastRate,
      settings: { min: 0, placeholder: '0' },
    });
}
