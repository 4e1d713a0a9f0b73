// SPDX-License-Identifier: Apache-2.0
//
// Data sources of the type Tracewell, each with what its health check says.
import { css } from '@emotion/css';
import { locationUtil } from '@grafana/data';
import type { GrafanaTheme2 } from '@grafana/data';
import { hasPermission } from '@grafana/runtime';
import { Button, Icon, LinkButton, Spinner, useStyles2 } from '@grafana/ui';
import type { Health, Store } from './use-stores.ts';

interface Props {
  readonly stores: readonly Store[];
  readonly onCheck: () => void;
}

export function StoreTable({ stores, onCheck }: Props) {
  const styles = useStyles2(getStyles);
  const mayEdit = hasPermission('datasources:write');
  return (
    <>
      <ul className={styles.list}>
        {stores.map(({ uid, name, health }) => (
          <li key={uid} className={styles.store}>
            <HealthIcon health={health} />
            <strong>{name}</strong>
            <span className={styles.message} role={health.kind === 'ill' ? 'alert' : undefined}>
              {health.kind === 'asking' ? 'Asking' : health.message}
            </span>
            {mayEdit && (
              <LinkButton
                size="sm"
                variant="secondary"
                fill="text"
                href={locationUtil.assureBaseUrl(`/connections/datasources/edit/${encodeURIComponent(uid)}`)}
                aria-label={`Settings of ${name}`}
              >
                Settings
              </LinkButton>
            )}
          </li>
        ))}
      </ul>
      <div>
        <Button size="sm" variant="secondary" icon="sync" onClick={onCheck}>
          Check again
        </Button>
      </div>
    </>
  );
}

function HealthIcon({ health }: { health: Health }) {
  const styles = useStyles2(getStyles);
  switch (health.kind) {
    case 'asking':
      return <Spinner size="sm" />;
    case 'well':
      return <Icon name="check-circle" className={styles.well} title="Works" />;
    case 'ill':
      return <Icon name="exclamation-circle" className={styles.ill} title="Does not work" />;
  }
}

function getStyles(theme: GrafanaTheme2) {
  return {
    list: css({ listStyle: 'none' }),
    store: css({
      display: 'flex',
      alignItems: 'baseline',
      gap: theme.spacing(1),
      padding: theme.spacing(0.5, 0),
      borderBottom: `1px solid ${theme.colors.border.weak}`,
      '& > svg': { alignSelf: 'center' },
    }),
    message: css({ flex: 1, color: theme.colors.text.secondary }),
    well: css({ color: theme.colors.success.text, flex: 'none' }),
    ill: css({ color: theme.colors.error.text, flex: 'none' }),
  };
}
