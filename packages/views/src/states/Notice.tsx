// SPDX-License-Identifier: Apache-2.0
//
// How the views say that an answer failed, is partial or was stopped: what happened and what to do, beside the
// content that is still good.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Alert, Button, Icon, useStyles2 } from '@grafana/ui';
import { isUnreachable } from '../data/use-answer.ts';
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
      {isUnreachable(error) && onRetry !== undefined && (
        <span className={styles.again}>It is asked again by itself until it answers.</span>
      )}
    </Alert>
  );
}

/** One line where there is room, a few at most: what is below it is still good. */
export function PartialNotice({ reason, title = 'This answer is not complete' }: { reason: string; title?: string }) {
  const styles = useStyles2(getStyles);
  return (
    <div role="status" className={styles.partial}>
      <Icon name="exclamation-triangle" size="sm" className={styles.sign} />
      <strong>{title}</strong>
      <span className={styles.reason} title={reason}>
        {reason}
      </span>
    </div>
  );
}

/** `kept` says whether there is something from before on the screen. */
export function CancelledNotice({ onRetry, kept = true }: { onRetry: () => void; kept?: boolean }) {
  const styles = useStyles2(getStyles);
  return (
    <Alert
      severity="info"
      title={kept ? 'Stopped. What is shown is from before.' : 'Stopped before there was an answer.'}
      className={styles.alert}
    >
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
    partial: css({
      flex: 'none',
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(1),
      minHeight: 28,
      padding: theme.spacing(0.5, 1),
      borderRadius: theme.shape.radius.default,
      background: theme.colors.warning.transparent,
      fontSize: theme.typography.bodySmall.fontSize,
      '& strong': { fontWeight: theme.typography.fontWeightMedium, whiteSpace: 'nowrap' },
    }),
    sign: css({ color: theme.colors.warning.text, flex: 'none' }),
    reason: css({
      minWidth: 0,
      display: '-webkit-box',
      WebkitBoxOrient: 'vertical',
      WebkitLineClamp: 3,
      overflow: 'hidden',
      overflowWrap: 'anywhere',
    }),
    again: css({ marginLeft: theme.spacing(1), color: theme.colors.text.secondary }),
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
