// SPDX-License-Identifier: Apache-2.0
//
// The console's only chrome: where one is, a way to open a trace by its id, the time range, the theme.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { IconButton, RefreshPicker, TimeRangePicker, useStyles2 } from '@grafana/ui';
import { fromGrafanaRange, moveRange, OpenTrace, toGrafanaRange } from '@tracewell/views';
import type { Host } from '@tracewell/views';
import type { ConsoleLocation, Page } from './location.ts';
import type { ColorMode } from './ThemeRoot.tsx';

interface Props {
  readonly host: Host;
  readonly location: ConsoleLocation;
  readonly mode: ColorMode;
  readonly onMode: (mode: ColorMode) => void;
  readonly onTimeZone: (timeZone: string) => void;
}

const pages: readonly { page: Page; title: string }[] = [
  { page: 'search', title: 'Search' },
  { page: 'services', title: 'Services' },
];

export function TopBar({ host, location, mode, onMode, onTimeZone }: Props) {
  const styles = useStyles2(getStyles);
  const { time, navigation } = host;
  const { range } = time;
  return (
    <header className={styles.bar}>
      <a className={styles.brand} href={navigation.href('search')}>
        <Logo />
        Tracewell
      </a>
      <nav className={styles.nav} aria-label="Pages">
        {pages.map(({ page, title }) => (
          <a
            key={page}
            href={navigation.href(page)}
            className={location.page === page ? styles.active : styles.link}
            aria-current={location.page === page ? 'page' : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
      <OpenTrace className={styles.open} onOpen={(id) => navigation.go('trace', { id })} />
      <div className={styles.right}>
        {location.page !== 'trace' && (
          <>
            <TimeRangePicker
              value={toGrafanaRange(time.raw, range)}
              timeZone={time.timeZone}
              onChange={(next) => time.set(fromGrafanaRange(next.raw))}
              onChangeTimeZone={onTimeZone}
              onMoveBackward={() => time.set(moveRange(range, -0.5))}
              onMoveForward={() => time.set(moveRange(range, 0.5))}
              onZoom={() => time.set(moveRange(range, 0.5, true))}
            />
            <RefreshPicker
              onRefresh={time.refresh}
              onIntervalChanged={() => undefined}
              noIntervalPicker
              tooltip="Refresh"
            />
          </>
        )}
        <IconButton
          name="adjust-circle"
          tooltip={mode === 'dark' ? 'Light theme' : 'Dark theme'}
          aria-label={mode === 'dark' ? 'Light theme' : 'Dark theme'}
          onClick={() => onMode(mode === 'dark' ? 'light' : 'dark')}
        />
      </div>
    </header>
  );
}

function Logo() {
  return (
    <svg width="20" height="20" viewBox="0 0 32 32" aria-hidden="true">
      <rect x="2" y="5" width="28" height="5" rx="2.5" fill="#3D71D9" />
      <rect x="8" y="13.5" width="16" height="5" rx="2.5" fill="#FF9830" />
      <rect x="13" y="22" width="8" height="5" rx="2.5" fill="#73BF69" />
    </svg>
  );
}

function getStyles(theme: GrafanaTheme2) {
  const link = css({
    padding: theme.spacing(0.5, 1),
    borderRadius: theme.shape.radius.default,
    color: theme.colors.text.secondary,
    '&:hover': { color: theme.colors.text.primary, background: theme.colors.action.hover },
  });
  return {
    bar: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(2),
      minHeight: 44,
      padding: theme.spacing(0.5, 2),
      background: theme.colors.background.primary,
      borderBottom: `1px solid ${theme.colors.border.weak}`,
    }),
    brand: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(1),
      color: theme.colors.text.primary,
      fontWeight: theme.typography.fontWeightMedium,
    }),
    nav: css({ display: 'flex', gap: theme.spacing(0.5) }),
    link,
    active: css({
      padding: theme.spacing(0.5, 1),
      borderRadius: theme.shape.radius.default,
      color: theme.colors.text.primary,
      background: theme.colors.action.selected,
    }),
    open: css({ flex: '0 1 300px', minWidth: 140 }),
    right: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), marginLeft: 'auto' }),
  };
}
