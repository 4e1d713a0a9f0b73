// SPDX-License-Identifier: Apache-2.0
//
// The ids in the plugin.json files, for links between the plugins of the bundle.
export const appId = 'tracewell-app';
export const datasourceId = 'tracewell-datasource';
export const waterfallPanelId = 'tracewell-waterfall-panel';
