// SPDX-License-Identifier: Apache-2.0
//
// Grafana's theme and global styles outside Grafana.
import { injectGlobal } from '@emotion/css';
import { createTheme, ThemeContext } from '@grafana/data';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import { useEffect, useMemo } from 'react';
import type { ReactNode } from 'react';

injectGlobal({ body: { margin: 0, padding: 0 } });

export type ColorMode = 'dark' | 'light';

export function ThemeRoot({ mode, children }: { mode: ColorMode; children: ReactNode }) {
  const theme = useMemo(() => createTheme({ colors: { mode } }), [mode]);
  useEffect(() => {
    document.body.classList.remove('theme-dark', 'theme-light');
    document.body.classList.add(`theme-${mode}`);
    document.documentElement.style.colorScheme = mode;
  }, [mode]);
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      {children}
      <PortalContainer />
    </ThemeContext.Provider>
  );
}
