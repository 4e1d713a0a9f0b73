// SPDX-License-Identifier: Apache-2.0
//
// Which services there are, and how many of each. An instance runs in a worker thread of its own, because
// automatic instrumentation is per isolate: two services in one could not have two names.

export const serviceNames = [
  'web',
  'storefront',
  'catalog',
  'recommendation',
  'cart',
  'checkout',
  'ads',
  'pricing',
  'currency',
  'payment',
  'fraud',
  'shipping',
  'quote',
  'email',
  'ledger',
] as const;

export type ServiceName = (typeof serviceNames)[number];

export interface InstanceSpec {
  readonly service: ServiceName;
  readonly instanceId: string;
  readonly version: string;
  readonly zone: string;
  /** What the instance claims to be while `badDeploy` is on; most instances do not change. */
  readonly badVersion: string;
}

const PRICING_ZONES = ['zone-a', 'zone-a', 'zone-b'];

/** Every instance of the shop; pricing has three. */
export const instances: readonly InstanceSpec[] = serviceNames.flatMap((service): InstanceSpec[] =>
  service === 'pricing'
    ? PRICING_ZONES.map((zone, i) => ({
        service,
        instanceId: `pricing-${i + 1}`,
        version: '2.0.0',
        zone,
        badVersion: i === 2 ? '2.0.1' : '2.0.0',
      }))
    : [{ service, instanceId: `${service}-1`, version: '1.4.2', zone: 'zone-a', badVersion: '1.4.2' }]
);

/** Not instrumented, and not ours: they run beside the shop and send no spans. */
export const outsiders = ['acquirer.example', 'risk.example'] as const;

export type Outsider = (typeof outsiders)[number];

/** Where the instances of each service, and the outsiders, listen on the loopback. */
export type Directory = Readonly<Partial<Record<ServiceName | Outsider, readonly number[]>>>;
