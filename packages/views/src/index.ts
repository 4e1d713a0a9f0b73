// SPDX-License-Identifier: Apache-2.0
export * from './headless.ts';
export * from './theme/index.ts';
export { TraceView } from './trace/TraceView.tsx';
export { MetricsResult } from './metrics/MetricsResult.tsx';
export { SearchView } from './search/SearchView.tsx';
export { Builder as SearchBuilder } from './search/Builder.tsx';
export { TraceQlEditor } from './traceql-editor/TraceQlEditor.tsx';
export { ServicesView } from './services/ServicesView.tsx';
export type { TraceParts } from './room/room.ts';
export { TracePanel } from './panel/TracePanel.tsx';
export { ServiceMapPanel } from './panel/ServiceMapPanel.tsx';
export { usePanelHost, type PanelHostOptions } from './panel/use-panel-host.ts';
export { browserSettings } from './hosting/browser-settings.ts';
export { OpenTrace } from './hosting/OpenTrace.tsx';
export { fromGrafanaRange, moveRange, rangeOfParams, resolveRange, toGrafanaRange } from './hosting/time-range.ts';
export { testIds } from './test-ids.ts';
