// SPDX-License-Identifier: Apache-2.0
export * from './host.ts';
export * from './format/index.ts';
export * from './theme/index.ts';
export { TraceView } from './trace/TraceView.tsx';
export { SearchView } from './search/SearchView.tsx';
export { ServicesView } from './services/ServicesView.tsx';
export { TracePanel } from './panel/TracePanel.tsx';
export { ServiceMapPanel } from './panel/ServiceMapPanel.tsx';
export { usePanelHost, type PanelHostOptions } from './panel/use-panel-host.ts';
export { testIds } from './test-ids.ts';
