// SPDX-License-Identifier: Apache-2.0
import { PanelPlugin } from '@grafana/data';
import { addOptions } from './options.ts';
import type { ServiceGraphOptions } from './options.ts';
import { ServiceGraphPanel } from './ServiceGraphPanel.tsx';

export const plugin = new PanelPlugin<ServiceGraphOptions>(ServiceGraphPanel)
  .setPanelOptions(addOptions)
  .setNoPadding();
