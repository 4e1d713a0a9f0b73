// SPDX-License-Identifier: Apache-2.0
//
// No data source to show: says whether there is none or the one in the address is gone, and what this person can do.
import { css } from '@emotion/css';
import { locationUtil } from '@grafana/data';
import type { GrafanaTheme2 } from '@grafana/data';
import { hasPermission } from '@grafana/runtime';
import { Button, EmptyState, LinkButton, useStyles2 } from '@grafana/ui';
import { datasourceId } from '../model/plugin-ids.ts';
import type { TracewellInstance } from './app-datasource.ts';
import type { DatasourceChoice } from './datasource-choice.ts';
import { setParams } from './use-app-host.ts';

interface Props {
  readonly choice: Exclude<DatasourceChoice<TracewellInstance>, { kind: 'chosen' }>;
}

export function MissingDatasource({ choice }: Props) {
  const styles = useStyles2(getStyles);
  const mayAdd = hasPermission('datasources:create');
  const others = choice.kind === 'unknown' ? choice.others : [];
  return (
    <div className={styles.frame} data-testid="missing-datasource">
      {choice.kind === 'none' ? (
        <EmptyState
          variant="call-to-action"
          message={mayAdd ? 'Add a Tracewell data source' : 'There is no Tracewell data source for you yet'}
          button={mayAdd && <AddButton />}
        >
          {mayAdd
            ? 'This app shows the traces of a Tracewell store. Tell Grafana where the store is.'
            : 'Ask an administrator of Grafana to add one, or to let you query one that is there.'}
        </EmptyState>
      ) : (
        <EmptyState
          variant="not-found"
          message="This data source is not there"
          button={
            others.length === 0 ? (
              mayAdd && <AddButton />
            ) : (
              <div className={styles.others}>
                {others.map(({ uid, name }) => (
                  <Button key={uid} variant="secondary" onClick={() => setParams({ ds: uid })}>
                    Use {name}
                  </Button>
                ))}
              </div>
            )
          }
        >
          The address asks for the data source &ldquo;{choice.uid}&rdquo;. It was deleted, or you may not query it.
        </EmptyState>
      )}
    </div>
  );
}

function AddButton() {
  return (
    <LinkButton icon="plus" href={locationUtil.assureBaseUrl(`/connections/datasources/${datasourceId}`)}>
      Add data source
    </LinkButton>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    frame: css({ padding: theme.spacing(6, 2) }),
    others: css({ display: 'flex', flexWrap: 'wrap', justifyContent: 'center', gap: theme.spacing(1) }),
  };
}
