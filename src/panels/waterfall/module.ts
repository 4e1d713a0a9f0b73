// SPDX-License-Identifier: Apache-2.0
import { PanelPlugin } from '@grafana/data';
import { addOptions } from './options.ts';
import type { WaterfallOptions } from './options.ts';
import { WaterfallPanel } from './WaterfallPanel.tsx';

export const plugin = new PanelPlugin<WaterfallOptions>(WaterfallPanel).setPanelOptions(addOptions).setNoPadding();
