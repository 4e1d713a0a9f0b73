// SPDX-License-Identifier: Apache-2.0
//
// The app's setup page: is a store connected, how does the first span get there, and do metrics and logs lead to traces?
// It only looks; what is missing is shown as settings to copy, because data sources are often provisioned from files.
import { css } from '@emotion/css';
import { locationUtil } from '@grafana/data';
import type { DataSourceInstanceSettings, GrafanaTheme2 } from '@grafana/data';
import { getDataSourceSrv, hasPermission } from '@grafana/runtime';
import { Alert, LinkButton, useStyles2 } from '@grafana/ui';
import { appPath } from '../../host/app-location.ts';
import { datasourceId } from '../../model/plugin-ids.ts';
import { knownDatasources } from '../app-datasource.ts';
import { FirstSpan } from './FirstSpan.tsx';
import { LinkSection } from './LinkSection.tsx';
import type { LinkRow } from './LinkSection.tsx';
import {
  derivedFields,
  derivedFieldSettings,
  exemplarLabels,
  exemplarSettings,
  logsSettings,
  metricsSettings,
} from './link-settings.ts';
import { StoreTable } from './StoreTable.tsx';
import { useStores } from './use-stores.ts';

/** Data sources by plugin; Prometheus has relatives with the same settings. */
function datasourcesOf(...types: readonly string[]): DataSourceInstanceSettings[] {
  return getDataSourceSrv().getList({ filter: ({ type }) => types.includes(type) });
}

function rowOf({ uid, name }: { uid: string; name: string }, leads: readonly string[]): LinkRow {
  return { uid, name, leads };
}

export function Setup() {
  const styles = useStyles2(getStyles);
  const known = knownDatasources();
  const { stores, check } = useStores(known);
  const uids = new Set(known.map(({ uid }) => uid));
  // What is proposed leads to a store that works, if there is one.
  const uid = (stores.find(({ health }) => health.kind === 'well') ?? stores[0])?.uid ?? 'tracewell';
  const prometheus = datasourcesOf(
    'prometheus',
    'grafana-amazonprometheus-datasource',
    'grafana-azureprometheus-datasource'
  );
  const loki = datasourcesOf('loki');
  const nameOf = (target: string | undefined) =>
    target === undefined || target === '' ? undefined : getDataSourceSrv().getInstanceSettings(target)?.name;

  return (
    <div className={styles.page} data-testid="setup">
      <section className={styles.section}>
        <div className={styles.head}>
          <h3>Stores</h3>
          {hasPermission('datasources:create') && (
            <LinkButton
              icon="plus"
              size="sm"
              variant={known.length === 0 ? 'primary' : 'secondary'}
              href={locationUtil.assureBaseUrl(`/connections/datasources/${datasourceId}`)}
            >
              Add data source
            </LinkButton>
          )}
          {known.length > 0 && (
            <LinkButton
              icon="search"
              size="sm"
              variant="secondary"
              href={locationUtil.assureBaseUrl(appPath('search', { ds: uid }))}
            >
              Search traces
            </LinkButton>
          )}
        </div>
        {known.length === 0 ? (
          <Alert severity="info" title="No store is connected yet">
            Start one with <code>npx tracewell serve</code> where Grafana can reach it, and add a data source of the
            type Tracewell with its address, http://localhost:3200 if both run on one machine.
          </Alert>
        ) : (
          <StoreTable stores={stores} onCheck={check} />
        )}
      </section>
      <FirstSpan stores={stores} />
      <LinkSection
        title="From metrics to traces"
        intro="An exemplar is a trace id that a service attaches to a measurement. Prometheus' data source makes it a link."
        none="There is no Prometheus data source that you may query."
        lead={(labels) => `Exemplars with the label ${labels.join(', ')} lead to traces`}
        noLead="Exemplars do not lead to Tracewell"
        rows={prometheus.map((datasource) => rowOf(datasource, exemplarLabels(datasource.jsonData, uids)))}
        settings={exemplarSettings(uid)}
      />
      <LinkSection
        title="From logs to traces"
        intro="Loki's data source finds trace ids in log lines and beside them, and makes them links."
        none="There is no Loki data source that you may query."
        lead={(fields) => `Leads to traces by ${fields.join(', ')}`}
        noLead="Log lines do not lead to Tracewell"
        rows={loki.map((datasource) => rowOf(datasource, derivedFields(datasource.jsonData, uids)))}
        settings={derivedFieldSettings(uid)}
      />
      <LinkSection
        title="From spans to logs"
        intro="A span's log lines, from its details here and in Grafana's own trace view."
        none="Connect a store first."
        lead={(targets) => `Spans lead to ${targets.join(', ')}`}
        noLead="Spans do not lead to logs"
        rows={known.map((datasource) => {
          const target = nameOf(datasource.jsonData.tracesToLogsV2?.datasourceUid);
          return rowOf(datasource, target === undefined ? [] : [target]);
        })}
        settings={logsSettings(loki[0]?.uid ?? 'loki')}
      />
      <LinkSection
        title="From spans to metrics"
        intro="The rate and the duration of a span's service at the time of the span."
        none="Connect a store first."
        lead={(targets) => `Spans lead to ${targets.join(', ')}`}
        noLead="Spans do not lead to metrics"
        rows={known.map((datasource) => {
          const target = nameOf(datasource.jsonData.tracesToMetrics?.datasourceUid);
          const queries = datasource.jsonData.tracesToMetrics?.queries ?? [];
          return rowOf(datasource, target === undefined || queries.length === 0 ? [] : [target]);
        })}
        settings={metricsSettings(prometheus[0]?.uid ?? 'prometheus')}
      />
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    page: css({ maxWidth: 900, display: 'flex', flexDirection: 'column', gap: theme.spacing(4) }),
    section: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
    head: css({
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      gap: theme.spacing(1),
      '& h3': { margin: 0, marginRight: 'auto' },
    }),
  };
}
