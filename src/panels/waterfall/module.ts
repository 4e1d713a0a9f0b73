// SPDX-License-Identifier: Apache-2.0
import { PanelPlugin } from '@grafana/data';
import { WaterfallPanel } from './WaterfallPanel.tsx';

export const plugin = new PanelPlugin(WaterfallPanel);
