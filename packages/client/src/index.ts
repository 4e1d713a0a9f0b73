// SPDX-License-Identifier: Apache-2.0
export { createHostData } from './host-data.ts';
export type { Query, Transport, TransportRequest, TransportResponse } from './http.ts';
