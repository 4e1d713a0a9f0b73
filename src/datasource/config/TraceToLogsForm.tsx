// SPDX-License-Identifier: Apache-2.0
//
// The link from a span to its log lines. Grafana's trace view reads these settings.
import { ConfigSection } from '@grafana/plugin-ui';
import { DataSourcePicker } from '@grafana/runtime';
import { InlineField, InlineSwitch, TextArea } from '@grafana/ui';
import type { TraceToLogs } from '../../model/settings.ts';
import { ShiftInputs } from './ShiftInputs.tsx';
import { TagMappings } from './TagMappings.tsx';

interface Props {
  readonly value: TraceToLogs;
  readonly onChange: (value: TraceToLogs) => void;
}

const labelWidth = 28;

/** What Grafana's trace view makes a link for; it ignores every other data source. */
const logTypes = [
  'loki',
  'elasticsearch',
  'grafana-opensearch-datasource',
  'grafana-splunk-datasource',
  'grafana-falconlogscale-datasource',
  'googlecloud-logging-datasource',
  'victoriametrics-logs-datasource',
];

export function TraceToLogsForm({ value, onChange }: Props) {
  const change = (next: Partial<TraceToLogs>) => onChange({ ...value, ...next });
  return (
    <ConfigSection
      title="Trace to logs"
      description="A link from each span to its log lines."
      isCollapsible
      isInitiallyOpen={value.datasourceUid !== undefined}
    >
      <InlineField label="Data source" labelWidth={labelWidth}>
        <DataSourcePicker
          inputId="tracewell-logs"
          width={40}
          noDefault
          current={value.datasourceUid ?? null}
          filter={({ type }) => logTypes.includes(type)}
          onChange={({ uid }) => change({ datasourceUid: uid })}
          onClear={() => change({ datasourceUid: undefined })}
        />
      </InlineField>
      <ShiftInputs
        start={value.spanStartTimeShift}
        end={value.spanEndTimeShift}
        defaults={['0', '0']}
        labelWidth={labelWidth}
        onChange={change}
      />
      <InlineField label="Query of your own" labelWidth={labelWidth} tooltip="Instead of one made from the tags">
        <InlineSwitch
          aria-label="Query of your own"
          value={value.customQuery ?? false}
          onChange={(event) => change({ customQuery: event.currentTarget.checked })}
        />
      </InlineField>
      {value.customQuery === true ? (
        <InlineField
          label="Query"
          labelWidth={labelWidth}
          grow
          tooltip='Variables: ${__span.traceId}, ${__span.spanId}, ${__span.name}, ${__span.tags["service.name"]}, ${__tags}'
        >
          <TextArea
            aria-label="Query"
            rows={2}
            placeholder={'{service_name="${__span.tags["service.name"]}"} | trace_id="${__span.traceId}"'}
            value={value.query ?? ''}
            onChange={(event) => change({ query: event.currentTarget.value })}
          />
        </InlineField>
      ) : (
        <>
          <InlineField
            label="Tags as labels"
            labelWidth={labelWidth}
            tooltip="Attributes of the span or its resource that are labels of the log lines. The link needs at least one that the span has."
          >
            <TagMappings tags={value.tags ?? []} onChange={(tags) => change({ tags })} />
          </InlineField>
          <InlineField label="Only lines of the trace" labelWidth={labelWidth}>
            <InlineSwitch
              aria-label="Only lines of the trace"
              value={value.filterByTraceID ?? false}
              onChange={(event) => change({ filterByTraceID: event.currentTarget.checked })}
            />
          </InlineField>
          <InlineField label="Only lines of the span" labelWidth={labelWidth}>
            <InlineSwitch
              aria-label="Only lines of the span"
              value={value.filterBySpanID ?? false}
              onChange={(event) => change({ filterBySpanID: event.currentTarget.checked })}
            />
          </InlineField>
        </>
      )}
    </ConfigSection>
  );
}
