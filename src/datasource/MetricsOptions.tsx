// SPDX-License-Identifier: Apache-2.0
//
// How a metrics query is answered: over time or as one value, in which steps, with how many exemplars, and what the series are called.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { AutoSizeInput, InlineField, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import { defaultExemplars } from '../model/query.ts';
import type { TracewellQuery } from '../model/query.ts';

interface Props {
  readonly query: TracewellQuery;
  /** `compare()` is always one value for the whole range. */
  readonly comparison: boolean;
  readonly onChange: (change: Partial<TracewellQuery>) => void;
}

const types = [
  { value: 'range' as const, label: 'Range', description: 'A value for each step of the time range' },
  { value: 'instant' as const, label: 'Instant', description: 'One value for the whole time range, as a table' },
];

export function MetricsOptions({ query, comparison, onChange }: Props) {
  const styles = useStyles2(getStyles);
  if (comparison) {
    return null;
  }
  const instant = query.metricsQueryType === 'instant';
  return (
    <div className={styles.options}>
      <InlineField label="Type">
        <RadioButtonGroup
          aria-label="Type"
          options={types}
          value={query.metricsQueryType ?? 'range'}
          onChange={(metricsQueryType) => onChange({ metricsQueryType })}
        />
      </InlineField>
      {!instant && (
        <>
          <InlineField label="Legend" tooltip="What series are called; {{resource.service.name}} stands for a label">
            <AutoSizeInput
              aria-label="Legend"
              minWidth={16}
              placeholder="auto"
              defaultValue={query.legendFormat ?? ''}
              onCommitChange={({ currentTarget: { value } }) =>
                onChange({ legendFormat: value.trim() === '' ? undefined : value })
              }
            />
          </InlineField>
          <InlineField label="Step" tooltip="Length of a step, like 15s or 1m; chosen by the time range if left empty">
            <AutoSizeInput
              aria-label="Step"
              minWidth={8}
              placeholder="auto"
              defaultValue={query.step ?? ''}
              onCommitChange={({ currentTarget: { value } }) =>
                onChange({ step: value.trim() === '' ? undefined : value.trim() })
              }
            />
          </InlineField>
          <InlineField label="Exemplars" tooltip="Most traces to show as examples; 0 for none">
            <AutoSizeInput
              aria-label="Exemplars"
              type="number"
              min={0}
              minWidth={8}
              placeholder={String(defaultExemplars)}
              defaultValue={query.exemplars}
              onCommitChange={({ currentTarget: { value } }) => {
                const count = Math.floor(Number(value));
                onChange({ exemplars: value === '' || !(count >= 0) ? undefined : count });
              }}
            />
          </InlineField>
        </>
      )}
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    options: css({ display: 'flex', flexWrap: 'wrap', columnGap: theme.spacing(1), '&& > *': { marginBottom: 0 } }),
  };
}
