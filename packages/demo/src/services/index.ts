// SPDX-License-Identifier: Apache-2.0
//
// The code of each service, by name.

import type { ServiceMain } from '../kit/service.ts';
import type { ServiceName } from '../topology.ts';
import { ads, recommendation } from './around.ts';
import { cart } from './cart.ts';
import { catalog } from './catalog.ts';
import { checkout } from './checkout.ts';
import { email, ledger, quote, shipping } from './fulfilment.ts';
import { fraud, payment } from './payment.ts';
import { currency, pricing } from './pricing.ts';
import { storefront } from './storefront.ts';
import { web } from './web.ts';

export const serviceMains: Readonly<Record<ServiceName, ServiceMain>> = {
  web,
  storefront,
  catalog,
  recommendation,
  cart,
  checkout,
  ads,
  pricing,
  currency,
  payment,
  fraud,
  shipping,
  quote,
  email,
  ledger,
};
