// SPDX-License-Identifier: Apache-2.0
//
// Values of template variables: services, span names, tag names, tag values.
import { CustomVariableSupport } from '@grafana/data';
import type { DataQueryRequest, DataQueryResponse, MetricFindValue } from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { from, map } from 'rxjs';
import type { Observable } from 'rxjs';
import { toVariableQuery } from '../model/variable-query.ts';
import type { TracewellVariableQuery } from '../model/variable-query.ts';
import type { TracewellDatasource } from './datasource.ts';
import { interpolate } from './interpolate.ts';
import { findTagNames, findTagValues } from './tags.ts';
import { VariableQueryEditor } from './VariableQueryEditor.tsx';

export class VariableSupport extends CustomVariableSupport<TracewellDatasource, TracewellVariableQuery> {
  override editor = VariableQueryEditor;
  private readonly datasource: TracewellDatasource;

  constructor(datasource: TracewellDatasource) {
    super();
    this.datasource = datasource;
  }

  override query(request: DataQueryRequest<TracewellVariableQuery>): Observable<DataQueryResponse> {
    return from(this.find(request)).pipe(map((data) => ({ data })));
  }

  private find({ targets, range, scopedVars }: DataQueryRequest<TracewellVariableQuery>): Promise<MetricFindValue[]> {
    const { type, tag = '', filter = '' } = toVariableQuery(targets[0]);
    const data = this.datasource.hostData;
    const replaced = interpolate(filter, (part, format) => getTemplateSrv().replace(part, scopedVars, format));
    switch (type) {
      case 'tagNames':
        return findTagNames(data, range);
      case 'tagValues':
        return findTagValues(data, getTemplateSrv().replace(tag, scopedVars), replaced, range);
      case 'spanNames':
        return findTagValues(data, 'name', replaced, range);
      default:
        return findTagValues(data, 'resource.service.name', replaced, range);
    }
  }
}
