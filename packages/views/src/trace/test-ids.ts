// SPDX-License-Identifier: Apache-2.0
//
// Names by which the browser tests find the parts of the trace view.
export const traceTestIds = {
  page: 'trace-page',
  header: 'trace-header',
  clock: 'trace-clock',
  findings: 'trace-findings',
  comparison: 'trace-comparison',
  minimap: 'trace-minimap',
  filter: 'trace-filter',
  filterProgress: 'trace-filter-progress',
  filterError: 'trace-filter-error',
  matches: 'trace-matches',
  waterfall: 'trace-waterfall',
  details: 'trace-details',
  notFound: 'trace-not-found',
  statistics: 'trace-statistics',
  spans: 'trace-spans',
  events: 'trace-events',
  json: 'trace-json',
  help: 'trace-help',
} as const;
