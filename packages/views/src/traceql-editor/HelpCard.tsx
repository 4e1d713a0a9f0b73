// SPDX-License-Identifier: Apache-2.0
//
// A card below the line that explains the piece that somebody points at.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { testIds } from '../test-ids.ts';
import type { TokenHelp } from './help.ts';

interface Props {
  readonly help: TokenHelp;
  /** Pixels within the line. */
  readonly left: number;
  readonly top: number;
}

export function HelpCard({ help, left, top }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div role="status" className={styles.card} style={{ left, top }} data-testid={testIds.editor.help}>
      <code>{help.title}</code>
      <div>{help.text}</div>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    card: css({
      position: 'absolute',
      zIndex: theme.zIndex.dropdown,
      maxWidth: 420,
      padding: theme.spacing(0.5, 1),
      pointerEvents: 'none',
      background: theme.colors.background.elevated,
      borderRadius: theme.shape.radius.default,
      boxShadow: theme.shadows.z3,
      fontSize: theme.typography.bodySmall.fontSize,
      color: theme.colors.text.secondary,
      '& code': {
        padding: 0,
        border: 'none',
        background: 'transparent',
        color: theme.colors.text.primary,
        overflowWrap: 'anywhere',
      },
    }),
  };
}
