// SPDX-License-Identifier: Apache-2.0
//
// An empty list: why it is empty, and what to do about it.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import type { Capabilities, Host } from '../host.ts';
import { NoData } from '../states/index.ts';
import { testIds } from '../test-ids.ts';
import { isEverything } from './conditions.ts';

interface Props {
  readonly host: Host;
  readonly query: string;
  readonly capabilities?: Capabilities;
}

export function NothingFound({ host, query, capabilities }: Props) {
  const styles = useStyles2(getStyles);
  if (capabilities?.spans === 0) {
    return (
      <NoData
        title="No spans have arrived yet"
        otlpEndpoint={capabilities.otlpEndpoint}
        testId={testIds.search.empty}
      />
    );
  }
  const all = isEverything(query);
  return (
    <div data-testid={testIds.search.empty}>
      <NoData title={all ? 'No traces in this time range' : 'No trace in this time range matches the query'} />
      <div className={styles.ways}>
        <Button variant="secondary" size="sm" onClick={() => host.time.set({ from: 'now-24h', to: 'now' })}>
          Look at the last 24 hours
        </Button>
        {!all && (
          <Button variant="secondary" size="sm" onClick={() => host.navigation.setParams({ q: undefined })}>
            Clear the query
          </Button>
        )}
      </div>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return { ways: css({ display: 'flex', justifyContent: 'center', gap: theme.spacing(1) }) };
}
