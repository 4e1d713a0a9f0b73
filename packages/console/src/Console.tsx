// SPDX-License-Identifier: Apache-2.0
//
// The page: top bar, and the view that the address names.
import { css } from '@emotion/css';
import { useStyles2 } from '@grafana/ui';
import type { GrafanaTheme2 } from '@grafana/data';
import { browserSettings as settings, SearchView, ServicesView, TraceView } from '@tracewell/views';
import { useState } from 'react';
import { PageBoundary } from './PageBoundary.tsx';
import { ThemeRoot } from './ThemeRoot.tsx';
import type { ColorMode } from './ThemeRoot.tsx';
import { TopBar } from './TopBar.tsx';
import { useConsoleHost } from './use-console-host.ts';

function initialMode(): ColorMode {
  const stored = settings.get('theme');
  if (stored === 'dark' || stored === 'light') {
    return stored;
  }
  return window.matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

export function Console() {
  const [mode, setMode] = useState(initialMode);
  return (
    <ThemeRoot mode={mode}>
      <Pages
        mode={mode}
        onMode={(next) => {
          settings.set('theme', next);
          setMode(next);
        }}
      />
    </ThemeRoot>
  );
}

function Pages({ mode, onMode }: { mode: ColorMode; onMode: (mode: ColorMode) => void }) {
  const styles = useStyles2(getStyles);
  const { host, location, setTimeZone } = useConsoleHost();
  return (
    <div className={styles.frame}>
      <TopBar host={host} location={location} mode={mode} onMode={onMode} onTimeZone={setTimeZone} />
      <main className={styles.main}>
        <PageBoundary key={location.page}>
          {location.page === 'search' && <SearchView host={host} />}
          {location.page === 'trace' && <TraceView host={host} traceId={location.params.get('id') ?? ''} />}
          {location.page === 'services' && <ServicesView host={host} />}
        </PageBoundary>
      </main>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    frame: css({
      display: 'flex',
      flexDirection: 'column',
      height: '100vh',
      background: theme.colors.background.canvas,
      color: theme.colors.text.primary,
    }),
    main: css({ flex: '1 1 0', minHeight: 0, display: 'flex', flexDirection: 'column', overflow: 'auto' }),
  };
}
