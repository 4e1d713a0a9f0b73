// SPDX-License-Identifier: Apache-2.0
//
// Tools of a page in one line: which data source, a trace by its id, and, where a page shows a range, Grafana's own time
// picker and refresh. All of it is in the address.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { DataSourcePicker, locationService } from '@grafana/runtime';
import { Input, useStyles2 } from '@grafana/ui';
import type { Host } from '@tracewell/views';
import { useState } from 'react';
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
  const [traceId, setTraceId] = useState('');
  const valid = /^[0-9a-f-]{1,40}$/i.test(traceId.trim());
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
      <form
        className={styles.open}
        onSubmit={(event) => {
          event.preventDefault();
          if (valid) {
            locationService.push(appPath('trace', { id: traceId.trim() }, location.params));
            setTraceId('');
          }
        }}
      >
        <Input
          value={traceId}
          onChange={(event) => setTraceId(event.currentTarget.value)}
          placeholder="Open a trace by its id"
          aria-label="Trace id"
          invalid={traceId !== '' && !valid}
          data-testid="open-trace"
        />
      </form>
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
