// SPDX-License-Identifier: Apache-2.0
//
// One condition of the builder, as a chip that can be changed: attribute, operator, value. Values come from the
// store, most frequent first.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Combobox, IconButton, useStyles2 } from '@grafana/ui';
import { Labelled } from '../forms/Labelled.tsx';
import type { Host } from '../host.ts';
import { operators } from './conditions.ts';
import type { Condition } from './conditions.ts';
import { useValueOptions } from './use-value-options.ts';

interface Props {
  readonly host: Host;
  readonly condition: Condition;
  /** Values are offered from the spans that match this. */
  readonly among: string;
  readonly onChange: (condition: Condition) => void;
  readonly onRemove: () => void;
}

const operatorOptions = operators.map((value) => ({ value }));

export function AttributeCondition({ host, condition, among, onChange, onRemove }: Props) {
  const styles = useStyles2(getStyles);
  const loadValues = useValueOptions(host, condition.identifier, among);
  return (
    <div className={styles.chip} role="group" aria-label={`Condition on ${condition.identifier}`}>
      <span className={styles.key}>{condition.identifier}</span>
      <Labelled name="Operator">
        {(id) => (
          <Combobox
            aria-labelledby={id}
            width={9}
            options={operatorOptions}
            value={condition.operator}
            onChange={({ value }) => onChange({ ...condition, operator: value })}
          />
        )}
      </Labelled>
      <Labelled name={`Value of ${condition.identifier}`}>
        {(id) => (
          <Combobox
            aria-labelledby={id}
            width="auto"
            minWidth={12}
            maxWidth={40}
            createCustomValue
            placeholder="value"
            options={loadValues.options}
            value={condition.value.value === '' ? null : condition.value.value}
            onChange={({ value }) => onChange({ ...condition, value: loadValues.typed(value, condition.value) })}
          />
        )}
      </Labelled>
      <IconButton
        name="times"
        size="sm"
        aria-label={`Remove the condition on ${condition.identifier}`}
        onClick={onRemove}
      />
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    chip: css({
      display: 'inline-flex',
      alignItems: 'center',
      gap: theme.spacing(0.5),
      padding: theme.spacing(0, 0.5, 0, 1),
      borderRadius: theme.shape.radius.default,
      background: theme.colors.background.secondary,
    }),
    key: css({ fontSize: theme.typography.bodySmall.fontSize, color: theme.colors.text.secondary }),
  };
}
