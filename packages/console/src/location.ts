// SPDX-License-Identifier: Apache-2.0
//
// Addresses of the console: `<base>search`, `<base>trace/<id>`, `<base>services`, each with its state in the
// query string. The trace id is a parameter (`id`) for the views and a path segment for people. The time range
// travels with every page, so that going from Search to Services keeps it.

export type Page = 'search' | 'trace' | 'services';
export type Params = Readonly<Record<string, string | undefined>>;

export interface ConsoleLocation {
  readonly page: Page;
  readonly params: URLSearchParams;
}

/** Parameters that every page shares and that links keep unless they say otherwise. */
const shared = ['from', 'to'];

/**
 * Reads an address.
 *
 * @param basePath path of the console, with a slash at both ends
 * @param path path of the address
 * @param search query string, with or without '?'
 */
export function parseLocation(basePath: string, path: string, search: string): ConsoleLocation {
  const params = new URLSearchParams(search);
  const rest = path.startsWith(basePath) ? path.slice(basePath.length) : path.replace(/^\//, '');
  const [page, id] = rest.split('/');
  if (page === 'trace') {
    if (id !== undefined && id !== '') {
      params.set('id', decodeURIComponent(id));
    }
    return { page: 'trace', params };
  }
  return { page: page === 'services' ? 'services' : 'search', params };
}

/** Writes an address; parameters that are undefined or empty are left out, `from` and `to` are kept from `current`. */
export function formatLocation(basePath: string, page: Page, params: Params, current?: URLSearchParams): string {
  const query = new URLSearchParams();
  for (const name of shared) {
    const value = current?.get(name);
    if (value !== null && value !== undefined && !(name in params)) {
      query.set(name, value);
    }
  }
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== '' && !(page === 'trace' && name === 'id')) {
      query.set(name, value);
    }
  }
  const id = page === 'trace' ? (params['id'] ?? '') : '';
  const path = id === '' ? page : `${page}/${encodeURIComponent(id)}`;
  const text = query.toString();
  return `${basePath}${path}${text === '' ? '' : `?${text}`}`;
}

/** The query parameters of `current` with `changes` made: undefined or '' removes one. */
export function changeParams(current: URLSearchParams, changes: Params): Params {
  const result: Record<string, string | undefined> = Object.fromEntries(current);
  for (const [name, value] of Object.entries(changes)) {
    result[name] = value === '' ? undefined : value;
  }
  return result;
}
