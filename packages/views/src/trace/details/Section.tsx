// SPDX-License-Identifier: Apache-2.0
//
// A part of the details with a heading that folds it; the setting outlives the span, so that a walk through the trace
// shows the same parts.

import type { ReactNode } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';

interface SectionProps {
  readonly title: string;
  readonly note?: string;
  readonly open: boolean;
  readonly onToggle: () => void;
  readonly children: ReactNode;
}

function getStyles(theme: GrafanaTheme2) {
  return {
    section: css({ marginTop: theme.spacing(1) }),
    heading: css({
      display: 'flex',
      alignItems: 'center',
      gap: 4,
      width: '100%',
      padding: '2px 0',
      border: 0,
      background: 'transparent',
      color: theme.colors.text.primary,
      fontSize: theme.typography.bodySmall.fontSize,
      fontWeight: theme.typography.fontWeightMedium,
      textAlign: 'left',
    }),
    title: css({ margin: 0, fontSize: 'inherit', lineHeight: 'inherit', fontWeight: 'inherit' }),
    note: css({ color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular }),
  };
}

/** A foldable section. */
export function Section({ title, note, open, onToggle, children }: SectionProps) {
  const styles = useStyles2(getStyles);
  return (
    <section className={styles.section}>
      <h3 className={styles.title}>
        <button type="button" className={styles.heading} aria-expanded={open} onClick={onToggle}>
          <Icon name={open ? 'angle-down' : 'angle-right'} />
          {title}
          {note !== undefined && <span className={styles.note}>{note}</span>}
        </button>
      </h3>
      {open && children}
    </section>
  );
}
