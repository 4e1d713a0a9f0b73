// SPDX-License-Identifier: Apache-2.0
//
// The query as conditions that can be chosen: service, span name, status and least duration always in the same
// place, every other attribute as a chip behind them.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Combobox, Input, useStyles2 } from '@grafana/ui';
import { useEffect, useState } from 'react';
import { Labelled } from '../forms/Labelled.tsx';
import type { Host } from '../host.ts';
import { testIds } from '../test-ids.ts';
import { AttributeCondition } from './AttributeCondition.tsx';
import { durationText, isDurationText, queryOf, replaceCondition } from './conditions.ts';
import type { Condition } from './conditions.ts';
import { useAttributeOptions, useValueOptions } from './use-value-options.ts';

interface Props {
  readonly host: Host;
  readonly conditions: readonly Condition[];
  readonly onChange: (conditions: readonly Condition[]) => void;
  /** What the query says besides: shown as it is, and kept. */
  readonly rest?: string;
}

const statuses = [
  { value: 'error', label: 'error' },
  { value: 'ok', label: 'ok' },
  { value: 'unset', label: 'unset' },
];

/** Conditions that have a place of their own, with the operator that the place means. */
const fixed: readonly (readonly [identifier: string, operator: Condition['operator']])[] = [
  ['resource.service.name', '='],
  ['name', '='],
  ['status', '='],
  ['duration', '>'],
];

export function Builder({ host, conditions, onChange, rest = '' }: Props) {
  const styles = useStyles2(getStyles);
  const [drafts, setDrafts] = useState<readonly Condition[]>([]);
  // What else is asked for narrows what is offered: the names are those of the chosen service.
  const among = (left: (condition: Condition) => boolean) => queryOf(conditions.filter((one) => !left(one)));
  const services = useValueOptions(
    host,
    'resource.service.name',
    among(({ identifier }) => identifier === 'resource.service.name')
  );
  const names = useValueOptions(
    host,
    'name',
    among(({ identifier }) => identifier === 'name')
  );
  const loadAttributes = useAttributeOptions(host);

  const isFixed = (condition: Condition) =>
    fixed.some(([identifier, operator]) => condition.identifier === identifier && condition.operator === operator) &&
    conditions.find((other) => other.identifier === condition.identifier && other.operator === condition.operator) ===
      condition;
  const valueOf = (identifier: string) =>
    conditions.find((one) => one.identifier === identifier && isFixed(one))?.value.value ?? '';
  const set = (identifier: string, operator: Condition['operator'], type: Condition['value']['type'], value: string) =>
    onChange(replaceCondition(conditions, { identifier, operator, value: { type, value } }));
  const others = conditions.filter((condition) => !isFixed(condition));

  return (
    <div className={styles.builder} data-testid={testIds.search.builder}>
      <Labelled name="Service">
        {(id) => (
          <Combobox
            aria-labelledby={id}
            width={24}
            isClearable
            createCustomValue
            placeholder="Any service"
            options={services.options}
            value={valueOf('resource.service.name') || null}
            onChange={(option) => set('resource.service.name', '=', 'string', option?.value ?? '')}
          />
        )}
      </Labelled>
      <Labelled name="Span name">
        {(id) => (
          <Combobox
            aria-labelledby={id}
            width={30}
            isClearable
            createCustomValue
            placeholder="Any span name"
            options={names.options}
            value={valueOf('name') || null}
            onChange={(option) => set('name', '=', 'string', option?.value ?? '')}
          />
        )}
      </Labelled>
      <Labelled name="Status">
        {(id) => (
          <Combobox
            aria-labelledby={id}
            width={14}
            isClearable
            placeholder="Any status"
            options={statuses}
            value={valueOf('status') || null}
            onChange={(option) => set('status', '=', 'keyword', option?.value ?? '')}
          />
        )}
      </Labelled>
      <DurationInput
        value={durationText(valueOf('duration'))}
        onChange={(value) => set('duration', '>', 'duration', value)}
      />
      {others.map((condition, index) => (
        <AttributeCondition
          key={index}
          host={host}
          condition={condition}
          among={among((one) => one === condition)}
          onChange={(next) => onChange(conditions.map((one) => (one === condition ? next : one)))}
          onRemove={() => onChange(conditions.filter((one) => one !== condition))}
        />
      ))}
      {drafts.map((draft, index) => (
        <AttributeCondition
          key={`draft-${String(index)}`}
          host={host}
          condition={draft}
          among={queryOf(conditions)}
          onChange={(next) => {
            if (next.value.value === '') {
              setDrafts(drafts.map((one) => (one === draft ? next : one)));
            } else {
              setDrafts(drafts.filter((one) => one !== draft));
              onChange([...conditions, next]);
            }
          }}
          onRemove={() => setDrafts(drafts.filter((one) => one !== draft))}
        />
      ))}
      <Labelled name="Add an attribute" key={conditions.length + drafts.length}>
        {(id) => (
          <Combobox
            aria-labelledby={id}
            width={22}
            createCustomValue
            prefixIcon="plus"
            placeholder="Add an attribute"
            options={loadAttributes}
            onChange={(option) =>
              setDrafts([...drafts, { identifier: option.value, operator: '=', value: { type: 'string', value: '' } }])
            }
          />
        )}
      </Labelled>
      {rest.trim() !== '' && (
        <span className={styles.rest} title="What follows the conditions is edited in the TraceQL line">
          then <code>{rest.trim()}</code>
        </span>
      )}
    </div>
  );
}

function DurationInput({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const invalid = text !== '' && !isDurationText(text);
  const commit = () => {
    if (!invalid && text !== value) {
      onChange(text);
    }
  };
  return (
    <Input
      aria-label="Duration above"
      width={18}
      prefix="duration >"
      placeholder="100ms"
      value={text}
      invalid={invalid}
      onChange={(event) => setText(event.currentTarget.value.trim())}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') {
          commit();
        }
      }}
    />
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    builder: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1), alignItems: 'center' }),
    rest: css({ fontSize: theme.typography.bodySmall.fontSize, color: theme.colors.text.secondary }),
  };
}
