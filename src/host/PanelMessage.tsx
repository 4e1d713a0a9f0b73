// SPDX-License-Identifier: Apache-2.0
//
// What a panel says in the place of its content: nothing there yet, nothing found, or frames that it cannot draw.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';

interface Props {
  readonly title: string;
  readonly children?: ReactNode;
}

export function PanelMessage({ title, children }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.message} role="status">
      <div className={styles.title}>{title}</div>
      {children !== undefined && <div className={styles.text}>{children}</div>}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  message: css({
    width: '100%',
    height: '100%',
    overflow: 'auto',
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    justifyContent: 'safe center',
    gap: theme.spacing(0.5),
    padding: theme.spacing(2),
    textAlign: 'center',
  }),
  title: css({ fontSize: theme.typography.body.fontSize, fontWeight: theme.typography.fontWeightMedium }),
  text: css({ maxWidth: 560, color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
});
