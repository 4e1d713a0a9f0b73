// SPDX-License-Identifier: Apache-2.0
//
// How browser tests start Chromium: without what needs a screen, a sandbox or the network.

/** Playwright's `launchOptions`. CHROMIUM_PATH names the executable; without it Playwright looks for its own. */
export const launchOptions = {
  ...(process.env['CHROMIUM_PATH'] === undefined ? {} : { executablePath: process.env['CHROMIUM_PATH'] }),
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};
