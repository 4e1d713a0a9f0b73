// SPDX-License-Identifier: Apache-2.0
//
// The keys of a view: a button that says that there are some, `?` that does the same, and the table itself.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { IconButton, Modal, useStyles2 } from '@grafana/ui';
import { useEffect, useState } from 'react';
import { testIds } from '../test-ids.ts';

export interface KeyLine {
  readonly keys: readonly string[];
  readonly words: string;
}

interface Props {
  readonly title: string;
  readonly lines: readonly KeyLine[];
}

export function KeyHelp({ title, lines }: Props) {
  const styles = useStyles2(getStyles);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === '?' && !isTyping(event.target)) {
        setOpen(true);
      }
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
  return (
    <>
      <IconButton name="keyboard" tooltip="Keys ( ? )" aria-label="Keys" onClick={() => setOpen(true)} />
      {open && (
        <Modal isOpen title={title} onDismiss={() => setOpen(false)}>
          <dl className={styles.list} data-testid={testIds.help}>
            {lines.map(({ keys, words }) => (
              <div key={words}>
                <dt>
                  {keys.map((key) => (
                    <kbd key={key} className={styles.key}>
                      {key}
                    </kbd>
                  ))}
                </dt>
                <dd>{words}</dd>
              </div>
            ))}
          </dl>
        </Modal>
      )}
    </>
  );
}

/** Does what has the keyboard take letters as text? */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable="true"]') !== null;
}

function getStyles(theme: GrafanaTheme2) {
  return {
    list: css({
      margin: 0,
      '& div': { display: 'flex', gap: theme.spacing(1), alignItems: 'baseline', minHeight: 26 },
      '& dt': { minWidth: 160, fontWeight: theme.typography.fontWeightRegular },
      '& dd': { margin: 0, color: theme.colors.text.secondary },
    }),
    key: css({
      padding: '1px 6px',
      marginRight: 4,
      borderRadius: theme.shape.radius.default,
      border: `1px solid ${theme.colors.border.medium}`,
      background: theme.colors.background.secondary,
      color: theme.colors.text.primary,
      fontFamily: theme.typography.fontFamilyMonospace,
      fontSize: theme.typography.bodySmall.fontSize,
    }),
  };
}
