// SPDX-License-Identifier: Apache-2.0
//
// Where services send their spans, as lines to copy; one set for each store that says its address.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { Copyable } from './Copyable.tsx';
import type { Store } from './use-stores.ts';

function linesFor(endpoint: string): string {
  return [`OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}`, 'OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf'].join('\n');
}

export function FirstSpan({ stores }: { readonly stores: readonly Store[] }) {
  const styles = useStyles2(getStyles);
  const receivers = stores.flatMap(({ uid, name, health }) =>
    health.kind === 'well' && health.otlpEndpoint !== undefined ? [{ uid, name, endpoint: health.otlpEndpoint }] : []
  );
  if (receivers.length === 0) {
    return null;
  }
  return (
    <section className={styles.section}>
      <h3 className={styles.title}>Send spans</h3>
      <p className={styles.intro}>
        Set this for every service with an OpenTelemetry SDK, or as the exporter of a Collector. The address is as the
        store sees itself; a service elsewhere needs the name of its machine.
      </p>
      {receivers.map(({ uid, name, endpoint }) => (
        <Copyable key={uid} title={receivers.length > 1 ? name : undefined} text={linesFor(endpoint)} />
      ))}
    </section>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    section: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
    title: css({ margin: 0 }),
    intro: css({ margin: 0, color: theme.colors.text.secondary }),
  };
}
