// SPDX-License-Identifier: Apache-2.0
//
// Tells @grafana/ui where its icons are. It reads this global the first time an icon is drawn, so this module
// is imported before anything else.

declare global {
  interface Window {
    __grafana_public_path__?: string;
  }
}

/** Path of the console with a slash at both ends: '/' or '/prefix/'. From `<base>`, which the server writes. */
export const basePath: string = new URL(document.baseURI).pathname.replace(/[^/]*$/, '');

window.__grafana_public_path__ = `${basePath}public/`;
