// SPDX-License-Identifier: Apache-2.0
//
// `HostSettings` in the browser's storage, for hosts that are pages. A browser that refuses storage (private windows,
// policies) loses them at the next load and nothing else.
import type { HostSettings } from '../host.ts';

const prefix = 'tracewell.';

export const browserSettings: HostSettings = {
  get(key) {
    try {
      const text = localStorage.getItem(prefix + key);
      return text === null ? undefined : (JSON.parse(text) as unknown);
    } catch {
      return undefined;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(prefix + key, JSON.stringify(value));
    } catch {
      // Storage is full or forbidden: the setting lasts as long as the page.
    }
  },
};
