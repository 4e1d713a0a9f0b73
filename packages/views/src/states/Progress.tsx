// SPDX-License-Identifier: Apache-2.0
//
// A thin bar over content that is being asked for anew, with a way to stop. It appears after a moment only, so that
// fast answers do not flicker, and takes no room, so that nothing moves.
import { css, keyframes } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import { useEffect, useState } from 'react';

interface Props {
  readonly loading: boolean;
  readonly onCancel: () => void;
  /** For screen readers: what is being waited for. */
  readonly label: string;
  readonly testId?: string;
}

export function Progress({ loading, onCancel, label, testId }: Props) {
  const styles = useStyles2(getStyles);
  const [seconds, setSeconds] = useState<number>();
  useEffect(() => {
    if (!loading) {
      setSeconds(undefined);
      return undefined;
    }
    const first = setTimeout(() => setSeconds(0), 250);
    const every = setInterval(() => setSeconds((value) => (value === undefined ? value : value + 1)), 1000);
    return () => {
      clearTimeout(first);
      clearInterval(every);
    };
  }, [loading]);
  return (
    <div className={styles.line} role="status" aria-live="polite">
      {seconds !== undefined && (
        <>
          <div className={styles.bar} />
          <div className={styles.cancel}>
            <span>
              {label}
              {seconds > 0 ? `, ${String(seconds)} s` : ''}
            </span>
            <Button size="sm" variant="secondary" icon="times" onClick={onCancel} data-testid={testId}>
              Cancel
            </Button>
          </div>
        </>
      )}
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  const slide = keyframes({ from: { transform: 'translateX(-100%)' }, to: { transform: 'translateX(300%)' } });
  return {
    line: css({ position: 'relative', height: 2, overflow: 'visible', zIndex: 2 }),
    bar: css({
      position: 'absolute',
      inset: 0,
      overflow: 'hidden',
      '&::after': {
        content: '""',
        display: 'block',
        width: '30%',
        height: '100%',
        background: theme.colors.primary.main,
        [theme.transitions.handleMotion('no-preference')]: { animation: `${slide} 1.2s ease-in-out infinite` },
      },
    }),
    cancel: css({
      position: 'absolute',
      right: 0,
      top: 4,
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(1),
      padding: theme.spacing(0.25, 0.5, 0.25, 1),
      borderRadius: theme.shape.radius.default,
      background: theme.colors.background.elevated,
      boxShadow: theme.shadows.z1,
      fontSize: theme.typography.bodySmall.fontSize,
    }),
  };
}
