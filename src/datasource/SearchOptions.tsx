// SPDX-License-Identifier: Apache-2.0
//
// How many traces a search shows, which first, and as what. What the store cannot do is shown disabled, with the reason.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { AutoSizeInput, Combobox, InlineField, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import { searchOrders } from '@tracewell/views';
import type { Capabilities } from '@tracewell/views';
import { defaultLimit, defaultSpansPerTrace } from '../model/query.ts';
import type { TracewellQuery } from '../model/query.ts';

interface Props {
  readonly query: TracewellQuery;
  readonly capabilities: Capabilities | undefined;
  readonly onChange: (change: Partial<TracewellQuery>) => void;
}

const orders = searchOrders.map(({ value, label }) => ({ value, label }));

const tableTypes = [
  { value: 'traces' as const, label: 'Traces', description: 'A row for each trace' },
  { value: 'spans' as const, label: 'Spans', description: 'A row for each span that matches' },
];

export function SearchOptions({ query, capabilities, onChange }: Props) {
  const styles = useStyles2(getStyles);
  const isSearch = query.queryType !== 'match';
  const fixedOrder = capabilities !== undefined && !capabilities.features.has('search-order');
  return (
    <div className={styles.options}>
      <InlineField
        disabled={fixedOrder}
        label={isSearch ? 'First' : 'Which'}
        tooltip={fixedOrder ? capabilities.missing : 'Which of the matching traces come first'}
      >
        <Combobox
          aria-label="Order"
          width={18}
          options={orders}
          value={fixedOrder ? 'newest' : (query.order ?? 'newest')}
          onChange={({ value }) => onChange({ order: value })}
        />
      </InlineField>
      {isSearch && (
        <>
          <InlineField label="Limit" tooltip="Most traces in the answer">
            <CountInput
              label="Limit"
              value={query.limit}
              otherwise={defaultLimit}
              onChange={(limit) => onChange({ limit })}
            />
          </InlineField>
          <InlineField label="Rows">
            <RadioButtonGroup
              aria-label="Rows"
              options={tableTypes}
              value={query.tableType ?? 'traces'}
              onChange={(tableType) => onChange({ tableType })}
            />
          </InlineField>
          {query.tableType === 'spans' && (
            <InlineField label="Spans per trace" tooltip="Most spans of one trace in the answer">
              <CountInput
                label="Spans per trace"
                value={query.spss}
                otherwise={defaultSpansPerTrace}
                onChange={(spss) => onChange({ spss })}
              />
            </InlineField>
          )}
        </>
      )}
    </div>
  );
}

interface CountProps {
  readonly label: string;
  readonly value: number | undefined;
  readonly otherwise: number;
  readonly onChange: (value: number | undefined) => void;
}

function CountInput({ label, value, otherwise, onChange }: CountProps) {
  return (
    <AutoSizeInput
      aria-label={label}
      type="number"
      min={1}
      minWidth={8}
      placeholder={String(otherwise)}
      defaultValue={value}
      onCommitChange={(event) => {
        const count = Math.floor(Number(event.currentTarget.value));
        onChange(count >= 1 ? count : undefined);
      }}
    />
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    options: css({ display: 'flex', flexWrap: 'wrap', columnGap: theme.spacing(1), '&& > *': { marginBottom: 0 } }),
  };
}
