// SPDX-License-Identifier: Apache-2.0
//
// What the rows of a result list share: one height, one line, no boxes.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';

export function getRowStyles(theme: GrafanaTheme2) {
  return {
    row: css({
      position: 'absolute',
      top: 0,
      left: 0,
      width: '100%',
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(0.5),
      padding: theme.spacing(0, 1),
      fontSize: theme.typography.bodySmall.fontSize,
      '&:hover': { background: theme.colors.action.hover },
    }),
    active: css({ background: theme.colors.action.selected }),
    toggle: css({ flex: '0 0 auto', display: 'flex' }),
    cell: css({ flex: 1, minWidth: 0, height: '100%' }),
    link: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(1),
      height: '100%',
      color: theme.colors.text.primary,
    }),
    dot: css({ flex: '0 0 auto', width: 8, height: 8, borderRadius: '50%' }),
  };
}
