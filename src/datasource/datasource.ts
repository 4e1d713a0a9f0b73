// SPDX-License-Identifier: Apache-2.0
//
// The data source as Grafana sees it: answers queries with frames, and gives the app and the panels the views' data port.
import { CoreApp, DataSourceApi, LoadingState } from '@grafana/data';
import type {
  AdHocVariableFilter,
  DataFrame,
  DataQueryError,
  DataQueryRequest,
  DataQueryResponse,
  DataSourceGetTagKeysOptions,
  DataSourceGetTagValuesOptions,
  DataSourceInstanceSettings,
  MetricFindValue,
  ScopedVars,
  TestDataSourceResponse,
} from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import type { DataQuery } from '@grafana/schema';
import { createHostData } from '@tracewell/client';
import type { HostData } from '@tracewell/views';
import { Observable } from 'rxjs';
import { importQuery } from '../model/import-query.ts';
import { defaultLimit, traceIdOf } from '../model/query.ts';
import type { TracewellQuery } from '../model/query.ts';
import type { TracewellSettings } from '../model/settings.ts';
import { annotationSupport } from './annotations.ts';
import { answerQuery } from './answer.ts';
import { checkHealth } from './health.ts';
import { addAdHocFilters, interpolate } from './interpolate.ts';
import { toDataQueryError } from './query-failure.ts';
import { findTagNames, findTagValues } from './tags.ts';
import { createProxyTransport } from './transport.ts';
import { VariableSupport } from './variables.ts';

/** A request names its app as text. */
const exploreApp: string = CoreApp.Explore;

export class TracewellDatasource extends DataSourceApi<TracewellQuery, TracewellSettings> {
  /** The views' data port over this data source; the app's pages use it. */
  readonly hostData: HostData;
  readonly settings: TracewellSettings;

  constructor(settings: DataSourceInstanceSettings<TracewellSettings>) {
    super(settings);
    this.settings = settings.jsonData;
    this.hostData = createHostData(createProxyTransport(settings.url ?? ''));
    this.variables = new VariableSupport(this);
    this.annotations = annotationSupport;
  }

  /** Answers all targets; whoever unsubscribes stops the requests. One that fails does not keep the others from answering. */
  override query(request: DataQueryRequest<TracewellQuery>): Observable<DataQueryResponse> {
    return new Observable((subscriber) => {
      const controller = new AbortController();
      this.answer(request, controller.signal).then(
        (response) => {
          subscriber.next(response);
          subscriber.complete();
        },
        (error: unknown) => subscriber.error(error)
      );
      return () => controller.abort();
    });
  }

  private async answer(request: DataQueryRequest<TracewellQuery>, signal: AbortSignal): Promise<DataQueryResponse> {
    const errors: DataQueryError[] = [];
    const inExplore = request.app === exploreApp;
    const answers = await Promise.all(
      request.targets.map(async (target): Promise<DataFrame[]> => {
        const asked = (target.query ?? '').trim();
        const query = this.applyTemplateVariables(target, request.scopedVars, request.filters);
        if (target.hide === true || (asked !== '' && query.query === '')) {
          // Hidden, or a variable that has no value yet.
          return [];
        }
        try {
          return await answerQuery(query, {
            data: this.hostData,
            range: request.range,
            datasourceUid: this.uid,
            datasourceName: this.name,
            intervalMs: request.intervalMs,
            spanGraph: this.settings.nodeGraph?.enabled === true && inExplore,
            ownPanel: this.settings.explorePanel === true && inExplore,
            signal,
          });
        } catch (error) {
          signal.throwIfAborted();
          errors.push(toDataQueryError(error, target.refId));
          return [];
        }
      })
    );
    return errors.length === 0
      ? { data: answers.flat(), state: LoadingState.Done }
      : { data: answers.flat(), errors, state: LoadingState.Error };
  }

  /** The query as it is asked: in our shape, with values for its variables, narrowed by the ad hoc filters. */
  applyTemplateVariables(
    target: TracewellQuery,
    scopedVars: ScopedVars,
    filters?: readonly AdHocVariableFilter[]
  ): TracewellQuery {
    const imported = importQuery(target);
    const text = interpolate(imported.query ?? '', (part, format) =>
      getTemplateSrv().replace(part, scopedVars, format)
    ).trim();
    const { step, legendFormat } = imported;
    const replaced: TracewellQuery = {
      ...imported,
      query: text,
      ...(step === undefined ? {} : { step: getTemplateSrv().replace(step, scopedVars) }),
      ...(legendFormat === undefined ? {} : { legendFormat: getTemplateSrv().replace(legendFormat, scopedVars) }),
    };
    const query = importQuery(replaced);
    const isId = query.queryType === 'traceql' && traceIdOf(query.query) !== undefined;
    return isId ? query : { ...query, query: addAdHocFilters(query.query ?? '', filters) };
  }

  override interpolateVariablesInQueries(
    queries: TracewellQuery[],
    scopedVars: ScopedVars,
    filters?: AdHocVariableFilter[]
  ): TracewellQuery[] {
    return queries.map((query) => ({
      ...this.applyTemplateVariables(query, scopedVars, filters),
      datasource: this.getRef(),
    }));
  }

  override testDatasource(): Promise<TestDataSourceResponse> {
    return checkHealth(this.hostData, new AbortController().signal);
  }

  override getDefaultQuery(app: CoreApp): Partial<TracewellQuery> {
    return app === CoreApp.UnifiedAlerting ? {} : { queryType: 'traceql', query: '', limit: defaultLimit };
  }

  override getQueryDisplayText(query: TracewellQuery): string {
    const { queryType, query: text = '' } = importQuery(query);
    switch (queryType) {
      case 'serviceGraph':
        return text === '' ? 'Service graph' : `Service graph of ${text}`;
      case 'match':
        return `One trace: ${text === '' ? 'any' : text}`;
      default:
        return text === '' ? 'Newest traces' : text;
    }
  }

  /** A panel that is switched here from another trace data source keeps its questions. */
  override importQueries(queries: DataQuery[], origin: DataSourceApi): Promise<TracewellQuery[]> {
    return Promise.resolve(origin.meta.tracing === true ? queries.map(importQuery) : []);
  }

  override getTagKeys(options?: DataSourceGetTagKeysOptions<TracewellQuery>): Promise<MetricFindValue[]> {
    return findTagNames(this.hostData, options?.timeRange);
  }

  override getTagValues(options: DataSourceGetTagValuesOptions<TracewellQuery>): Promise<MetricFindValue[]> {
    const others = options.filters.filter(({ key }) => key !== options.key);
    return findTagValues(this.hostData, options.key, addAdHocFilters('', others), options.timeRange);
  }
}
