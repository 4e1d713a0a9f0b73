// SPDX-License-Identifier: Apache-2.0
//
// Text to copy, shown as it is.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, useStyles2 } from '@grafana/ui';

interface Props {
  readonly title?: string | undefined;
  readonly text: string;
}

export function Copyable({ title, text }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div>
      {title !== undefined && <div className={styles.title}>{title}</div>}
      <div className={styles.frame}>
        <pre className={styles.text} tabIndex={0}>
          {text}
        </pre>
        <ClipboardButton
          className={styles.copy}
          icon="copy"
          variant="secondary"
          size="sm"
          getText={() => text}
          aria-label="Copy"
        >
          Copy
        </ClipboardButton>
      </div>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    title: css({ color: theme.colors.text.secondary, marginBottom: theme.spacing(0.5) }),
    frame: css({ position: 'relative' }),
    text: css({ margin: 0, padding: theme.spacing(1, 12, 1, 1), whiteSpace: 'pre', overflowX: 'auto' }),
    copy: css({ position: 'absolute', top: theme.spacing(0.5), right: theme.spacing(0.5) }),
  };
}
