// SPDX-License-Identifier: Apache-2.0
//
// How much earlier and later than the span a link looks.
import { InlineField, Input } from '@grafana/ui';

interface Props {
  readonly start: string | undefined;
  readonly end: string | undefined;
  readonly defaults: readonly [start: string, end: string];
  readonly labelWidth: number;
  readonly onChange: (change: { spanStartTimeShift?: string; spanEndTimeShift?: string }) => void;
}

const interval = /^-?\d+(?:ns|us|ms|s|m|h|d)?$/;

export function ShiftInputs({ start, end, defaults, labelWidth, onChange }: Props) {
  const field = (label: string, value: string | undefined, placeholder: string, set: (text: string) => void) => (
    <InlineField
      label={label}
      labelWidth={labelWidth}
      tooltip="A duration: 5m, -30s. Negative is earlier."
      invalid={value !== undefined && value !== '' && !interval.test(value)}
      error="Expected a duration like 5m or -30s"
    >
      <Input
        aria-label={label}
        width={40}
        placeholder={placeholder}
        value={value ?? ''}
        onChange={(event) => set(event.currentTarget.value.trim())}
      />
    </InlineField>
  );
  return (
    <>
      {field('From, after the span starts', start, defaults[0], (text) => onChange({ spanStartTimeShift: text }))}
      {field('Until, after the span ends', end, defaults[1], (text) => onChange({ spanEndTimeShift: text }))}
    </>
  );
}
