// SPDX-License-Identifier: Apache-2.0
//
// Tools of a page in one line: which data source, a trace by its id, and, where a page shows a range, Grafana's own time
// picker and refresh. All of it is in the address.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { DataSourcePicker, locationService } from '@grafana/runtime';
import { useStyles2 } from '@grafana/ui';
import { OpenTrace } from '@tracewell/views';
import type { Host } from '@tracewell/views';
import { appPath } from '../host/app-location.ts';
import type { AppLocation } from '../host/app-location.ts';
import { datasourceId } from '../model/plugin-ids.ts';
import type { TracewellInstance } from './app-datasource.ts';
import { TimeTools } from './TimeTools.tsx';
import { setParams } from './use-app-host.ts';

interface Props {
  readonly location: AppLocation;
  readonly time: Host['time'];
  readonly datasource: TracewellInstance;
  /** There is a choice of data sources. */
  readonly several: boolean;
}

export function Toolbar({ location, time, datasource, several }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.bar} role="toolbar" aria-label="Data source, trace and time">
      {several && (
        <DataSourcePicker
          current={datasource.uid}
          pluginId={datasourceId}
          noDefault
          width={26}
          inputId="tracewell-datasource"
          onChange={({ uid }) =>
            // What is selected and filtered in a trace belongs to that trace; a query means the same anywhere.
            location.page === 'trace'
              ? locationService.push(
                  appPath('trace', { id: location.params.get('id') ?? '', ds: uid }, location.params)
                )
              : setParams({ ds: uid })
          }
        />
      )}
      <OpenTrace
        className={styles.open}
        onOpen={(id) => locationService.push(appPath('trace', { id }, location.params))}
      />
      {location.page !== 'trace' && (
        <div className={styles.right}>
          <TimeTools time={time} interval={location.params.get('refresh') ?? ''} />
        </div>
      )}
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    bar: css({
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      gap: theme.spacing(1),
      flex: 'none',
      padding: theme.spacing(1, 2, 0.5),
    }),
    open: css({ flex: '0 1 300px', minWidth: 160 }),
    right: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), marginLeft: 'auto' }),
  };
}
