// SPDX-License-Identifier: Apache-2.0
//
// Finds a Chromium for the browser tests: the one that CHROMIUM_PATH names, or one on PATH.
import { existsSync } from 'node:fs';
import path from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** @returns {string | undefined} path of the executable; undefined if there is none */
export function findChromium() {
  if (process.env.CHROMIUM_PATH !== undefined) {
    return process.env.CHROMIUM_PATH;
  }
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/bin'];
  return folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find((file) => existsSync(file));
}
