// SPDX-License-Identifier: Apache-2.0
//
// What can go wrong in the shop on purpose, and what a person should then see in its traces.

export const faults = {
  nPlusOne: 'the cart loads each item with a query of its own',
  serialFanout: 'checkout asks pricing, shipping and catalog one after the other',
  silentDependency: 'fraud calls a risk service that nobody instrumented',
  rareSlowPath: '1 in 200 product pages misses the cache and rebuilds the index',
  misattributed: 'storefront looks slow, a lock in the database of catalog is to blame',
  lostContext: 'ads drops the incoming traceparent',
  paymentFails: '10 % of charges are declined by the acquirer',
  retryStorm: 'shipping retries a failing quote five times',
  clockSkew: 'the clock of quote is 400 ms ahead',
  queueLag: 'ledger falls behind',
  badDeploy: '1 of 3 instances of pricing (version 2.0.1, zone b) is slow',
} as const;

export type FaultName = keyof typeof faults;

export const faultNames = Object.keys(faults) as readonly FaultName[];

/** On unless the command line says otherwise. */
export const defaultFaults: readonly FaultName[] = ['nPlusOne', 'paymentFails'];

export function isFaultName(text: string): text is FaultName {
  return Object.hasOwn(faults, text);
}
