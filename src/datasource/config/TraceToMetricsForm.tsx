// SPDX-License-Identifier: Apache-2.0
//
// The links from a span to metrics of its service. Grafana's trace view reads these settings.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ConfigSection } from '@grafana/plugin-ui';
import { DataSourcePicker } from '@grafana/runtime';
import { Button, IconButton, InlineField, Input, useStyles2 } from '@grafana/ui';
import type { TraceToMetrics } from '../../model/settings.ts';
import { ShiftInputs } from './ShiftInputs.tsx';
import { TagMappings } from './TagMappings.tsx';

interface Props {
  readonly value: TraceToMetrics;
  readonly onChange: (value: TraceToMetrics) => void;
}

const labelWidth = 28;

export function TraceToMetricsForm({ value, onChange }: Props) {
  const styles = useStyles2(getStyles);
  const change = (next: Partial<TraceToMetrics>) => onChange({ ...value, ...next });
  const queries = value.queries ?? [];
  const setQuery = (index: number, query: (typeof queries)[number]) =>
    change({ queries: queries.map((one, at) => (at === index ? query : one)) });
  return (
    <ConfigSection
      title="Trace to metrics"
      description="Links from each span to metrics, one for each query."
      isCollapsible
      isInitiallyOpen={value.datasourceUid !== undefined}
    >
      <InlineField label="Data source" labelWidth={labelWidth}>
        <DataSourcePicker
          inputId="tracewell-metrics"
          width={40}
          noDefault
          pluginId="prometheus"
          current={value.datasourceUid ?? null}
          onChange={({ uid }) => change({ datasourceUid: uid })}
          onClear={() => change({ datasourceUid: undefined })}
        />
      </InlineField>
      <ShiftInputs
        start={value.spanStartTimeShift}
        end={value.spanEndTimeShift}
        defaults={['-2m', '2m']}
        labelWidth={labelWidth}
        onChange={change}
      />
      <InlineField
        label="Tags as labels"
        labelWidth={labelWidth}
        tooltip="Attributes of the span or its resource that are labels of the metrics: ${__tags} in a query stands for them."
      >
        <TagMappings tags={value.tags ?? []} onChange={(tags) => change({ tags })} />
      </InlineField>
      <InlineField
        label="Queries"
        labelWidth={labelWidth}
        tooltip='Variables: ${__tags}, ${__span.name}, ${__span.tags["service.name"]}'
        grow
      >
        <div className={styles.list}>
          {queries.map((query, index) => (
            <div key={index} className={styles.row} role="group" aria-label={`Query ${String(index + 1)}`}>
              <Input
                aria-label="Title of the link"
                width={25}
                placeholder="Request rate"
                value={query.name ?? ''}
                onChange={(event) => setQuery(index, { ...query, name: event.currentTarget.value })}
              />
              <Input
                aria-label="Query of the link"
                placeholder="sum(rate(http_server_request_duration_seconds_count{$__tags}[5m]))"
                value={query.query ?? ''}
                onChange={(event) => setQuery(index, { ...query, query: event.currentTarget.value })}
              />
              <IconButton
                name="trash-alt"
                aria-label="Remove the query"
                tooltip="Remove"
                onClick={() => change({ queries: queries.filter((_, at) => at !== index) })}
              />
            </div>
          ))}
          <div>
            <Button
              size="sm"
              variant="secondary"
              icon="plus"
              onClick={() => change({ queries: [...queries, { name: '', query: '' }] })}
            >
              Add query
            </Button>
          </div>
        </div>
      </InlineField>
    </ConfigSection>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    list: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(0.5) }),
    row: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1) }),
  };
}
