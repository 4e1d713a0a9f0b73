// SPDX-License-Identifier: Apache-2.0
//
// What stands in and beside Grafana's own trace view.
import { ConfigSection } from '@grafana/plugin-ui';
import { Combobox, InlineField, InlineSwitch, Input } from '@grafana/ui';
import type { TracewellSettings } from '../../model/settings.ts';

type SpanBar = NonNullable<TracewellSettings['spanBar']>;

interface Props {
  readonly settings: TracewellSettings;
  readonly onChange: (settings: Partial<TracewellSettings>) => void;
}

const labelWidth = 28;

const spanBars: { value: SpanBar['type']; label: string; description: string }[] = [
  { value: 'None', label: 'Nothing', description: 'Service and name only' },
  { value: 'Duration', label: 'Duration', description: 'How long the span took' },
  { value: 'Tag', label: 'Tag', description: 'The value of one attribute' },
];

export function TraceViewForm({ settings, onChange }: Props) {
  const { spanBar, nodeGraph, explorePanel } = settings;
  const type = spanBar?.type ?? 'Duration';
  return (
    <ConfigSection
      title="Trace view"
      description="What Grafana's own trace view shows in Explore and in the Traces panel."
      isCollapsible
      isInitiallyOpen
    >
      <InlineField label="Beside a span's name" labelWidth={labelWidth}>
        <Combobox
          aria-label="Beside a span's name"
          width={40}
          options={spanBars}
          value={type}
          onChange={({ value }) => onChange({ spanBar: { ...spanBar, type: value } })}
        />
      </InlineField>
      {type === 'Tag' && (
        <InlineField label="Tag" labelWidth={labelWidth} tooltip="An attribute of the span: http.route">
          <Input
            aria-label="Tag"
            width={40}
            placeholder="http.route"
            value={spanBar?.tag ?? ''}
            onChange={(event) => onChange({ spanBar: { type: 'Tag', tag: event.currentTarget.value } })}
          />
        </InlineField>
      )}
      <InlineField
        label="Node graph in Explore"
        labelWidth={labelWidth}
        tooltip="The spans of a trace as a graph above it, folded at first"
      >
        <InlineSwitch
          aria-label="Node graph in Explore"
          value={nodeGraph?.enabled ?? false}
          onChange={(event) => onChange({ nodeGraph: { ...nodeGraph, enabled: event.currentTarget.checked } })}
        />
      </InlineField>
      <InlineField
        label="Tracewell waterfall in Explore"
        labelWidth={labelWidth}
        tooltip="Tracewell's own waterfall below Grafana's trace view"
      >
        <InlineSwitch
          aria-label="Tracewell waterfall in Explore"
          value={explorePanel ?? false}
          onChange={(event) => onChange({ explorePanel: event.currentTarget.checked })}
        />
      </InlineField>
    </ConfigSection>
  );
}
