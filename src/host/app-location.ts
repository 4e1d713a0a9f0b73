// SPDX-License-Identifier: Apache-2.0
//
// Addresses of the app's pages: `/a/tracewell-app/search`, `/trace?id=...`, `/services`, each with its state in the query
// string. Paths here are Grafana's own, without the sub-path that it may be served under; `locationUtil.assureBaseUrl` adds
// that where a browser reads them.
import { appId } from '../model/plugin-ids.ts';

export type AppPage = 'search' | 'trace' | 'services';
export type AppParams = Readonly<Record<string, string | undefined>>;

export interface AppLocation {
  readonly page: AppPage;
  readonly params: URLSearchParams;
}

/** Parameters that go along from page to page: data source, organisation, time, and how Grafana's chrome looks. */
const carried = ['orgId', 'ds', 'from', 'to', 'timezone', 'kiosk', 'theme'];

/**
 * Reads an address; a page that there is not is the search. The trace id may be a path segment too (`/trace/<id>`), as
 * links made by hand have it.
 *
 * @param path path of Grafana, without its sub-path
 * @param search query string, with or without '?'
 */
export function parseAppLocation(path: string, search: string): AppLocation {
  const params = new URLSearchParams(search);
  const [, , , page, id] = path.split('/');
  if (page === 'trace') {
    if (id !== undefined && id !== '' && !params.has('id')) {
      params.set('id', decodeURIComponent(id));
    }
    return { page, params };
  }
  return { page: page === 'services' ? 'services' : 'search', params };
}

/** Whether `path` names one of the pages. */
export function isPagePath(path: string): boolean {
  const page = path.split('/')[3];
  return page === 'search' || page === 'trace' || page === 'services';
}

/**
 * The path of a page. Parameters that are undefined or empty are left out.
 *
 * @param current parameters of the page that the link stands on, of which those that all pages share are kept
 */
export function appPath(page: AppPage, params: AppParams = {}, current?: URLSearchParams): string {
  const query = new URLSearchParams();
  for (const name of carried) {
    const value = current?.get(name);
    if (value !== null && value !== undefined && !(name in params)) {
      query.set(name, value);
    }
  }
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== '') {
      query.set(name, value);
    }
  }
  const text = query.toString();
  return `/a/${appId}/${page}${text === '' ? '' : `?${text}`}`;
}

/** `current` with `changes` made: undefined or '' removes one. What is in nobody's hands here stays. */
export function changeParams(current: URLSearchParams, changes: AppParams): URLSearchParams {
  const next = new URLSearchParams(current);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') {
      next.delete(name);
    } else {
      next.set(name, value);
    }
  }
  return next;
}
