// SPDX-License-Identifier: Apache-2.0
//
// Which data source the app shows: the one in the address, and without one the last one used, then Grafana's default,
// then the first. One in the address that is gone is never replaced silently: the reader would look at other data than
// the link's sender did.

export interface KnownDatasource {
  readonly uid: string;
  readonly name: string;
  readonly isDefault?: boolean;
}

export type DatasourceChoice<T extends KnownDatasource> =
  /** There is none that this person may query. */
  | { readonly kind: 'none' }
  /** The one in the address is not there, or this person may not query it. */
  | { readonly kind: 'unknown'; readonly uid: string; readonly others: readonly T[] }
  /** `inAddress` is false if the address should name it yet. */
  | { readonly kind: 'chosen'; readonly datasource: T; readonly inAddress: boolean };

/**
 * @param wanted uid or name in the address
 * @param remembered uid of the one used last
 * @param known those that this person may query
 */
export function chooseDatasource<T extends KnownDatasource>(
  wanted: string | undefined,
  remembered: unknown,
  known: readonly T[]
): DatasourceChoice<T> {
  if (wanted !== undefined && wanted !== '') {
    const datasource = known.find(({ uid }) => uid === wanted) ?? known.find(({ name }) => name === wanted);
    return datasource === undefined
      ? { kind: 'unknown', uid: wanted, others: known }
      : { kind: 'chosen', datasource, inAddress: datasource.uid === wanted };
  }
  const datasource =
    known.find(({ uid }) => uid === remembered) ?? known.find(({ isDefault }) => isDefault === true) ?? known[0];
  return datasource === undefined ? { kind: 'none' } : { kind: 'chosen', datasource, inAddress: false };
}
