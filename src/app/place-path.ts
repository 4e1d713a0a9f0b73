// SPDX-License-Identifier: Apache-2.0
//
// What of the app shows the same as a place of Grafana's: the header of its trace view, Explore, a panel.
import { appPath } from '../host/app-location.ts';
import { datasourceId } from '../model/plugin-ids.ts';
import { traceIdOf } from '../model/query.ts';

interface PlaceQuery {
  readonly datasource?: { readonly uid?: string; readonly type?: string } | null;
  readonly hide?: boolean;
  /** Members of our own query; a foreign one may have anything under these names. */
  readonly query?: unknown;
  readonly queryType?: unknown;
}

/** What the places say of where they are; each says a part of it, depending on Grafana's version. */
export interface Place {
  /** The trace view's header. */
  readonly traceID?: string;
  readonly datasource?: { readonly uid: string; readonly type: string };
  /** Explore and panels. */
  readonly targets?: readonly PlaceQuery[];
  /** Relative, or a moment: Grafana's own moments are in milliseconds as a number. */
  readonly timeRange?: { readonly from: string | { valueOf(): number }; readonly to: string | { valueOf(): number } };
  /** What a panel shows now. */
  readonly data?: {
    readonly series?: readonly {
      readonly fields: readonly { readonly name: string; readonly values: ArrayLike<unknown> }[];
    }[];
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The id of the one trace that the place shows, whatever was asked for. */
function shownTrace({ data }: Place): string | undefined {
  const fields = data?.series?.[0]?.fields ?? [];
  const ids = fields.some(({ name }) => name === 'spanID') ? fields.find(({ name }) => name === 'traceID') : undefined;
  return traceIdOf(textOf(ids?.values[0]));
}

/**
 * The path in the app; undefined if the place's data source is not ours.
 *
 * @param replace fills in the place's variables
 */
export function placePath(place: Place, replace: (text: string) => string): string | undefined {
  if (place.traceID !== undefined && place.datasource !== undefined) {
    const { uid, type } = place.datasource;
    return type === datasourceId ? appPath('trace', { id: place.traceID, ds: uid }) : undefined;
  }
  const target = place.targets?.find(({ datasource, hide }) => datasource?.type === datasourceId && hide !== true);
  if (target === undefined) {
    return undefined;
  }
  const query = replace(textOf(target.query));
  const end = (moment: string | { valueOf(): number }) =>
    typeof moment === 'string' ? moment : String(moment.valueOf());
  const shared = {
    ds: replace(textOf(target.datasource?.uid)),
    ...(place.timeRange === undefined ? {} : { from: end(place.timeRange.from), to: end(place.timeRange.to) }),
  };
  const queryType = textOf(target.queryType);
  if (queryType === 'serviceGraph') {
    return appPath('services', { ...shared, q: query });
  }
  const id = traceIdOf(query) ?? (queryType === 'match' ? shownTrace(place) : undefined);
  return id === undefined ? appPath('search', { ...shared, q: query }) : appPath('trace', { ...shared, id });
}
