// SPDX-License-Identifier: Apache-2.0
//
// The keys of the trace view, from the table that also handles them.

import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Modal, useStyles2 } from '@grafana/ui';
import { keyBindings } from './state/commands.ts';
import { traceTestIds } from './test-ids.ts';

function getStyles(theme: GrafanaTheme2) {
  return {
    list: css({
      columns: '240px 2',
      margin: 0,
      '& div': { display: 'flex', gap: theme.spacing(1), alignItems: 'baseline', minHeight: 26, breakInside: 'avoid' },
      '& dt': { minWidth: 100, fontWeight: theme.typography.fontWeightRegular },
      '& dd': { margin: 0, color: theme.colors.text.secondary },
    }),
    key: css({
      padding: '1px 6px',
      marginRight: 4,
      borderRadius: theme.shape.radius.default,
      border: `1px solid ${theme.colors.border.medium}`,
      background: theme.colors.background.secondary,
      fontFamily: theme.typography.fontFamilyMonospace,
      fontSize: theme.typography.bodySmall.fontSize,
    }),
    mouse: css({ color: theme.colors.text.secondary, marginTop: theme.spacing(2) }),
  };
}

/** The help; shown while mounted. */
export function HelpOverlay({ onClose }: { readonly onClose: () => void }) {
  const styles = useStyles2(getStyles);
  return (
    <Modal isOpen title="Keys of the trace view" onDismiss={onClose}>
      <dl className={styles.list} data-testid={traceTestIds.help}>
        {keyBindings.map((binding) => (
          <div key={binding.command}>
            <dt>
              {binding.shown.map((key) => (
                <kbd key={key} className={styles.key}>
                  {key}
                </kbd>
              ))}
            </dt>
            <dd>{binding.words}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.mouse}>
        Mouse: Ctrl and wheel zoom, Shift and wheel move the time window; drag over the axis or the map to zoom, double
        click them for the whole trace; double click a bar to zoom to it.
      </p>
    </Modal>
  );
}
