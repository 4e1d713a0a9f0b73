// SPDX-License-Identifier: Apache-2.0
//
// Names by which the browser tests find things, shared with the views so that they cannot drift apart.
export const testIds = {
  help: 'key-help',
  search: {
    query: 'search-query',
    run: 'search-run',
    builder: 'search-builder',
    queryError: 'search-query-error',
    rate: 'search-rate',
    heatmap: 'search-heatmap',
    exemplar: 'search-exemplar',
    results: 'search-results',
    row: 'search-row',
    span: 'search-span',
    order: 'search-order',
    total: 'search-total',
    more: 'search-more',
    empty: 'search-empty',
    cancel: 'search-cancel',
  },
  metrics: {
    chart: 'metrics-chart',
    heatmap: 'metrics-heatmap',
    legend: 'metrics-legend',
    table: 'metrics-table',
    comparison: 'metrics-comparison',
    exemplar: 'metrics-exemplar',
    menu: 'metrics-menu',
    summary: 'metrics-summary',
    shape: 'metrics-shape',
    box: 'metrics-box',
    empty: 'metrics-empty',
  },
  plan: {
    toggle: 'plan-toggle',
    panel: 'plan-panel',
  },
  editor: {
    history: 'editor-history',
    help: 'editor-help',
  },
  services: {
    map: 'services-map',
    node: 'services-node',
    edge: 'services-edge',
    panel: 'services-panel',
    table: 'services-table',
    showTraces: 'services-show-traces',
  },
} as const;
