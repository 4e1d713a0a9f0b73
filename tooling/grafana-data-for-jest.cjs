// SPDX-License-Identifier: Apache-2.0
//
// What unit tests in Node have of @grafana/data, whose entry needs a browser: constants only. Code that needs more of it is
// tested in Grafana (tests/e2e).
module.exports = {
  FieldType: {
    time: 'time',
    number: 'number',
    string: 'string',
    boolean: 'boolean',
    trace: 'trace',
    enum: 'enum',
    other: 'other',
    frame: 'frame',
    nestedFrames: 'nestedFrames',
  },
  DataFrameType: {
    TimeSeriesMulti: 'timeseries-multi',
    NumericLong: 'numeric-long',
    HeatmapRows: 'heatmap-rows',
  },
  DataTopic: { Series: 'series', Annotations: 'annotations', AlertStates: 'alertStates' },
  CoreApp: { Explore: 'explore', Dashboard: 'dashboard', UnifiedAlerting: 'unified-alerting' },
  LoadingState: { NotStarted: 'NotStarted', Loading: 'Loading', Streaming: 'Streaming', Done: 'Done', Error: 'Error' },
};
