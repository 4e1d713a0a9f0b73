// SPDX-License-Identifier: Apache-2.0
//
// No such trace: where was looked, and what to check.

import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, LinkButton, useStyles2 } from '@grafana/ui';
import { useAnswer } from '../data/use-answer.ts';
import { countOf, formatPeriod } from '../format/index.ts';
import type { Host } from '../host.ts';
import { traceTestIds } from './test-ids.ts';

interface NotFoundProps {
  readonly host: Host;
  readonly traceId: string;
  readonly onRetry: () => void;
}

function getStyles(theme: GrafanaTheme2) {
  return {
    frame: css({
      maxWidth: 720,
      margin: '0 auto',
      padding: theme.spacing(5, 2),
      '& h1': { fontSize: theme.typography.h4.fontSize },
      '& code': { overflowWrap: 'anywhere' },
      '& li': { margin: theme.spacing(0.5, 0, 0.5, 2.5) },
    }),
    actions: css({ display: 'flex', gap: theme.spacing(1), marginTop: theme.spacing(2) }),
  };
}

/** The state "not found". */
export function NotFound({ host, traceId, onRetry }: NotFoundProps) {
  const styles = useStyles2(getStyles);
  const { value } = useAnswer('capabilities', (signal) => host.data.capabilities(signal));
  const period = value?.retentionMs === undefined ? undefined : formatPeriod(value.retentionMs);
  const id = traceId.replaceAll('-', '');
  const wellFormed = /^[0-9a-fA-F]{1,32}$/.test(id);
  return (
    <div className={styles.frame} data-testid={traceTestIds.notFound}>
      <h1>
        {traceId === ''
          ? 'No trace chosen'
          : period === undefined
            ? 'This store does not have the trace'
            : `Not found in the last ${period} of this store`}
      </h1>
      {traceId !== '' && (
        <>
          <p>
            Trace id <code>{traceId}</code>
          </p>
          <p>What to check:</p>
          <ul>
            {!wellFormed && (
              <li>
                A trace id is 32 hexadecimal digits; this one has {countOf(id.length, 'character')}. Was it cut or
                changed when it was copied?
              </li>
            )}
            <li>Was the trace sampled? A sampler may have dropped it before it was sent.</li>
            <li>Does the service send its spans to this store? Its exporter&apos;s endpoint and errors tell.</li>
            {period !== undefined && <li>Is it older than {period}? Then retention has removed it.</li>}
            <li>Is it only a moment old? Exporters send in batches, usually every five seconds.</li>
          </ul>
        </>
      )}
      <div className={styles.actions}>
        {traceId !== '' && (
          <Button icon="sync" variant="secondary" onClick={onRetry}>
            Look again
          </Button>
        )}
        <LinkButton icon="search" variant="secondary" href={host.navigation.href('search')}>
          Search traces
        </LinkButton>
      </div>
    </div>
  );
}
