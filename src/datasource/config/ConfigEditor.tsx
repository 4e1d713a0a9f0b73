// SPDX-License-Identifier: Apache-2.0
//
// The settings of the data source: how Grafana reaches the store, and where the links of its spans lead.
import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import {
  AdvancedHttpSettings,
  Auth,
  ConfigSection,
  ConnectionSettings,
  convertLegacyAuthProps,
} from '@grafana/plugin-ui';
import { Divider, SecureSocksProxySettings } from '@grafana/ui';
import { config } from '@grafana/runtime';
import type { TracewellSettings } from '../../model/settings.ts';
import { TraceToLogsForm } from './TraceToLogsForm.tsx';
import { TraceToMetricsForm } from './TraceToMetricsForm.tsx';
import { TraceViewForm } from './TraceViewForm.tsx';

export type ConfigProps = DataSourcePluginOptionsEditorProps<TracewellSettings>;

export function ConfigEditor({ options, onOptionsChange }: ConfigProps) {
  const change = (settings: Partial<TracewellSettings>) =>
    onOptionsChange({ ...options, jsonData: { ...options.jsonData, ...settings } });
  return (
    <>
      <p>
        Reads traces from a Tracewell store, or from a Grafana Tempo. A store started with <code>tracewell serve</code>{' '}
        answers at port 3200.
      </p>
      <Divider spacing={4} />
      <ConnectionSettings
        config={options}
        onChange={onOptionsChange}
        urlPlaceholder="http://localhost:3200"
        urlTooltip="Address of a Tracewell store or a Tempo, as the Grafana server sees it. In a container, localhost is the container itself."
      />
      <Divider spacing={4} />
      <Auth {...convertLegacyAuthProps({ config: options, onChange: onOptionsChange })} />
      <Divider spacing={4} />
      <TraceToLogsForm
        value={options.jsonData.tracesToLogsV2 ?? {}}
        onChange={(tracesToLogsV2) => change({ tracesToLogsV2 })}
      />
      <Divider spacing={4} />
      <TraceToMetricsForm
        value={options.jsonData.tracesToMetrics ?? {}}
        onChange={(tracesToMetrics) => change({ tracesToMetrics })}
      />
      <Divider spacing={4} />
      <TraceViewForm settings={options.jsonData} onChange={change} />
      <Divider spacing={4} />
      <ConfigSection title="Further settings" isCollapsible isInitiallyOpen={false}>
        <AdvancedHttpSettings config={options} onChange={onOptionsChange} />
        {config.secureSocksDSProxyEnabled && (
          <SecureSocksProxySettings options={options} onOptionsChange={onOptionsChange} />
        )}
      </ConfigSection>
    </>
  );
}
