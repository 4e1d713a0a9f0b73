// SPDX-License-Identifier: Apache-2.0
//
// What a template variable asks for.
import type { DataQuery } from '@grafana/schema';

export type VariableQueryType = 'services' | 'spanNames' | 'tagNames' | 'tagValues';

export interface TracewellVariableQuery extends DataQuery {
  type?: VariableQueryType;
  /** Of `tagValues`: a TraceQL identifier. */
  tag?: string;
  /** TraceQL filter that narrows names and values. */
  filter?: string;
}

/** The query in today's shape; Grafana keeps what somebody typed before there was an editor as text. */
export function toVariableQuery(query: TracewellVariableQuery | string | undefined): TracewellVariableQuery {
  if (typeof query === 'string') {
    const text = query.trim();
    return text === '' ? { refId: 'variable', type: 'services' } : { refId: 'variable', type: 'tagValues', tag: text };
  }
  return { refId: 'variable', type: 'services', ...query };
}
