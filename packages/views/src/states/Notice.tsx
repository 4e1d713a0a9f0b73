// SPDX-License-Identifier: Apache-2.0
//
// How the views say that an answer failed, is partial or was stopped: what happened and what to do, beside the
// content that is still good.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Alert, Button, useStyles2 } from '@grafana/ui';
import { HostError } from '../host.ts';

export function ErrorNotice({ title, error, onRetry }: { title: string; error: Error; onRetry?: () => void }) {
  const styles = useStyles2(getStyles);
  const retryable = !(error instanceof HostError) || error.retryable;
  return (
    <Alert severity="error" title={title} className={styles.alert}>
      <pre className={styles.message}>{error.message}</pre>
      {retryable && onRetry !== undefined && (
        <Button size="sm" variant="secondary" icon="sync" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

export function PartialNotice({ reason }: { reason: string }) {
  const styles = useStyles2(getStyles);
  return (
    <Alert severity="warning" title="This answer is not complete" className={styles.alert}>
      {reason}
    </Alert>
  );
}

export function CancelledNotice({ onRetry }: { onRetry: () => void }) {
  const styles = useStyles2(getStyles);
  return (
    <Alert severity="info" title="Stopped. What is shown is from before." className={styles.alert}>
      <Button size="sm" variant="secondary" onClick={onRetry}>
        Ask again
      </Button>
    </Alert>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    // Grafana's alerts grow to fill a column; these stand in one.
    alert: css({ flex: '0 0 auto', margin: 0 }),
    message: css({
      margin: theme.spacing(0, 0, 1),
      padding: 0,
      border: 'none',
      background: 'transparent',
      whiteSpace: 'pre-wrap',
      fontFamily: theme.typography.fontFamilyMonospace,
      fontSize: theme.typography.bodySmall.fontSize,
    }),
  };
}
