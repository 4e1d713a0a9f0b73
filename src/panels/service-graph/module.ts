// SPDX-License-Identifier: Apache-2.0
import { PanelPlugin } from '@grafana/data';
import { ServiceGraphPanel } from './ServiceGraphPanel.tsx';

export const plugin = new PanelPlugin(ServiceGraphPanel);
