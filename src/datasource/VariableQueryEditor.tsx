// SPDX-License-Identifier: Apache-2.0
//
// What a template variable's values are.
import type { QueryEditorProps } from '@grafana/data';
import { Combobox, InlineField, Input } from '@grafana/ui';
import { useCallback, useState } from 'react';
import type { TracewellQuery } from '../model/query.ts';
import type { TracewellSettings } from '../model/settings.ts';
import { toVariableQuery } from '../model/variable-query.ts';
import type { TracewellVariableQuery, VariableQueryType } from '../model/variable-query.ts';
import type { TracewellDatasource } from './datasource.ts';
import { findTagNames } from './tags.ts';

type Props = QueryEditorProps<TracewellDatasource, TracewellQuery, TracewellSettings, TracewellVariableQuery>;

const types: { value: VariableQueryType; label: string; description: string }[] = [
  { value: 'services', label: 'Services', description: 'Names of services' },
  { value: 'spanNames', label: 'Span names', description: 'Names of spans' },
  { value: 'tagNames', label: 'Tag names', description: 'Attributes as TraceQL writes them' },
  { value: 'tagValues', label: 'Tag values', description: 'Values of one attribute' },
];

const labelWidth = 24;

export function VariableQueryEditor({ datasource, query: given, onChange, range }: Props) {
  const query = toVariableQuery(given);
  const [filter, setFilter] = useState(query.filter ?? '');
  const change = (next: Partial<TracewellVariableQuery>) => onChange({ ...query, ...next });
  const loadTags = useCallback(
    async (typed: string) => {
      const names = await findTagNames(datasource.hostData, range);
      const wanted = typed.toLowerCase();
      return names
        .map(({ text }) => ({ value: text, label: text }))
        .filter(({ value }) => value.toLowerCase().includes(wanted))
        .slice(0, 200);
    },
    [datasource, range]
  );
  return (
    <>
      <InlineField label="Values" labelWidth={labelWidth}>
        <Combobox
          aria-label="Values"
          width={40}
          options={types}
          value={query.type ?? 'services'}
          onChange={({ value }) => change({ type: value })}
        />
      </InlineField>
      {query.type === 'tagValues' && (
        <InlineField label="Tag" labelWidth={labelWidth} tooltip="As TraceQL writes it: span.http.route, status">
          <Combobox
            aria-label="Tag"
            width={40}
            createCustomValue
            placeholder="span.http.route"
            options={loadTags}
            value={query.tag ?? null}
            onChange={({ value }) => change({ tag: value })}
          />
        </InlineField>
      )}
      {query.type !== 'tagNames' && (
        <InlineField
          label="Only spans that match"
          labelWidth={labelWidth}
          tooltip="A TraceQL filter; variables may stand in it"
        >
          <Input
            aria-label="Only spans that match"
            width={60}
            placeholder='{ resource.service.name = "$service" }'
            value={filter}
            onChange={(event) => setFilter(event.currentTarget.value)}
            onBlur={() => change({ filter: filter.trim() })}
          />
        </InlineField>
      )}
    </>
  );
}
