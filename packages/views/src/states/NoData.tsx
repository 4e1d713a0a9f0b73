// SPDX-License-Identifier: Apache-2.0
//
// An empty store: how to get the first trace into it, ready to be copied.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, Icon, useStyles2 } from '@grafana/ui';

interface Props {
  readonly title: string;
  /** Address of the OTLP/HTTP receiver; without it only the title is shown. */
  readonly otlpEndpoint?: string;
  readonly testId?: string;
}

export function NoData({ title, otlpEndpoint, testId }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.frame} data-testid={testId}>
      <Icon name="search" size="xxl" />
      <h3>{title}</h3>
      {otlpEndpoint !== undefined && (
        <>
          <p>Point an OpenTelemetry SDK or Collector at this store:</p>
          <Copyable text={`OTEL_EXPORTER_OTLP_ENDPOINT=${otlpEndpoint}`} />
          <p>or send one span by hand:</p>
          <Copyable text={curlFor(otlpEndpoint)} />
        </>
      )}
    </div>
  );
}

function Copyable({ text }: { text: string }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.copyable}>
      <code className={styles.code}>{text}</code>
      <ClipboardButton icon="copy" variant="secondary" size="sm" getText={() => text} aria-label="Copy">
        Copy
      </ClipboardButton>
    </div>
  );
}

function curlFor(endpoint: string): string {
  const id = () => '$(od -An -N8 -tx1 /dev/urandom | tr -d " \\n")';
  return [
    `curl ${endpoint}/v1/traces -H 'Content-Type: application/json' -d "{\\"resourceSpans\\":[{\\"resource\\":{\\"attributes\\":[`,
    `{\\"key\\":\\"service.name\\",\\"value\\":{\\"stringValue\\":\\"my-service\\"}}]},\\"scopeSpans\\":[{\\"spans\\":[{`,
    `\\"traceId\\":\\"${id()}${id()}\\",\\"spanId\\":\\"${id()}\\",\\"name\\":\\"hello\\",\\"kind\\":2,`,
    `\\"startTimeUnixNano\\":\\"$(date +%s)000000000\\",\\"endTimeUnixNano\\":\\"$(date +%s)250000000\\"}]}]}]}"`,
  ].join('');
}

function getStyles(theme: GrafanaTheme2) {
  return {
    frame: css({
      display: 'flex',
      flexDirection: 'column',
      alignItems: 'center',
      gap: theme.spacing(1),
      padding: theme.spacing(4, 2),
      color: theme.colors.text.secondary,
      textAlign: 'center',
      '& p': { margin: theme.spacing(1, 0, 0) },
    }),
    copyable: css({ display: 'flex', gap: theme.spacing(1), alignItems: 'flex-start', maxWidth: 'min(100%, 900px)' }),
    code: css({
      padding: theme.spacing(0.5, 1),
      textAlign: 'left',
      whiteSpace: 'pre-wrap',
      overflowWrap: 'anywhere',
      color: theme.colors.text.primary,
    }),
  };
}
