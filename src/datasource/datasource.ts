// SPDX-License-Identifier: Apache-2.0
//
// The data source as Grafana sees it: answers queries with frames, and gives the app and the panels the views' data port.
import { DataSourceApi } from '@grafana/data';
import type {
  DataQueryRequest,
  DataQueryResponse,
  DataSourceInstanceSettings,
  TestDataSourceResponse,
} from '@grafana/data';
import { createHostData } from '@tracewell/client';
import type { HostData } from '@tracewell/views';
import { toTraceFrame } from '../frames/trace-frame.ts';
import { traceIdOf } from '../model/query.ts';
import type { TracewellQuery } from '../model/query.ts';
import type { TracewellSettings } from '../model/settings.ts';
import { createProxyTransport } from './transport.ts';

export class TracewellDatasource extends DataSourceApi<TracewellQuery, TracewellSettings> {
  /** The views' data port over this data source; the app's pages use it. */
  readonly hostData: HostData;

  constructor(settings: DataSourceInstanceSettings<TracewellSettings>) {
    super(settings);
    this.hostData = createHostData(createProxyTransport(settings.url ?? ''));
  }

  override async query(request: DataQueryRequest<TracewellQuery>): Promise<DataQueryResponse> {
    const data = [];
    for (const target of request.targets) {
      const id = traceIdOf(target.query);
      if (id !== undefined) {
        const found = await this.hostData.trace(id, new AbortController().signal);
        if (found !== undefined) {
          data.push(toTraceFrame(found.trace, target.refId));
        }
      }
    }
    return { data };
  }

  override async testDatasource(): Promise<TestDataSourceResponse> {
    await this.hostData.capabilities(new AbortController().signal);
    return { status: 'success', message: 'The store answers.' };
  }
}
