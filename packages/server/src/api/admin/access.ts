// SPDX-License-Identifier: Apache-2.0
//
// Who may use the admin API. Credentials and the Host header were checked before; this is about those who may query
// and still must not delete. Grafana's data source proxy passes on whatever a viewer asks for, with the data source's
// credentials and without the page's Origin, but it says for whom it asks: so by default nothing that came through
// a proxy is done, and nothing for a page of another origin.
import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '../../config/options.ts';
import { isLoopback } from '../../config/parse.ts';
import { RequestError } from '../query-error.ts';

type AccessConfig = Pick<Config, 'admin' | 'httpListen' | 'basicAuth' | 'bearerToken'>;

const proxyHeaders = ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip', 'x-grafana-user', 'x-grafana-referer'];

/** Why a request is refused; undefined if it may go on. */
export function refuseAdmin(headers: IncomingHttpHeaders, config: AccessConfig): RequestError | undefined {
  const refused = (why: string): RequestError => new RequestError(403, 'forbidden', why);
  const { admin, httpListen } = config;
  if (admin === 'off') {
    return refused('the admin API is switched off (--admin off)');
  }
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') {
    return refused('a page of another origin may not use the admin API');
  }
  if (admin === 'on') {
    return undefined;
  }
  const isOpen = !isLoopback(httpListen.host) && config.basicAuth === '' && config.bearerToken === '';
  if (isOpen) {
    return refused(
      'anybody can reach this port without credentials, so the admin API is off; set credentials, or start the store with --admin on'
    );
  }
  const proxy = proxyHeaders.find((name) => headers[name] !== undefined);
  return proxy === undefined
    ? undefined
    : refused(
        `the request came through a proxy (it has the header ${proxy}), for whose users the admin API is off; ask the store directly, or start it with --admin on`
      );
}
