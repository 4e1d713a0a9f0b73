// SPDX-License-Identifier: Apache-2.0
//
// A page in Grafana's chrome: breadcrumbs and title from where it is, tools in one line, and below them all the height
// that there is, so that the page scrolls only where a view scrolls.
import { css } from '@emotion/css';
import { PageLayoutType } from '@grafana/data';
import type { GrafanaTheme2, NavModelItem } from '@grafana/data';
import { PluginPage, useChromeHeaderHeight } from '@grafana/runtime';
import { useStyles2 } from '@grafana/ui';
import type { MouseEvent, ReactNode } from 'react';
import { appPath } from '../host/app-location.ts';
import type { AppLocation } from '../host/app-location.ts';

interface Props {
  readonly location: AppLocation;
  readonly tools?: ReactNode;
  readonly children: ReactNode;
}

/** Grafana's menu knows Search and Services; a trace stands below the search. */
function pageNav({ page, params }: AppLocation): NavModelItem | undefined {
  if (page !== 'trace') {
    return undefined;
  }
  const id = (params.get('id') ?? '').replaceAll('-', '').toLowerCase();
  return {
    text: id === '' ? 'Trace' : `Trace ${id.slice(0, 8)}`,
    parentItem: { text: 'Search', url: appPath('search', {}, params) },
  };
}

/** Grafana follows a link itself when Shift or Alt is held; browsers open a window or download it. */
function leaveToBrowser(event: MouseEvent) {
  if ((event.shiftKey || event.altKey) && event.target instanceof Element && event.target.closest('a') !== null) {
    event.nativeEvent.stopPropagation();
  }
}

export function AppPage({ location, tools, children }: Props) {
  const styles = useStyles2(getStyles, useChromeHeaderHeight() ?? 0);
  return (
    <PluginPage layout={PageLayoutType.Custom} pageNav={pageNav(location)}>
      <div className={styles.page} onClick={leaveToBrowser} data-testid="tracewell-page">
        {tools}
        <div className={styles.view}>{children}</div>
      </div>
    </PluginPage>
  );
}

function getStyles(theme: GrafanaTheme2, headerHeight: number) {
  return {
    page: css({
      display: 'flex',
      flexDirection: 'column',
      height: `calc(100vh - ${String(headerHeight)}px)`,
      minHeight: 0,
      minWidth: 0,
      color: theme.colors.text.primary,
    }),
    view: css({
      display: 'flex',
      flexDirection: 'column',
      flex: '1 1 0',
      minHeight: 0,
      minWidth: 0,
      overflow: 'auto',
    }),
  };
}
