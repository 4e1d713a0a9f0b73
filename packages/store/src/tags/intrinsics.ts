// SPDX-License-Identifier: Apache-2.0
//
// The intrinsics that completion offers, as Tempo's API lists them, and those whose values are fixed.

import type { IntrinsicName } from '@tracewell/traceql';
import type { TypedValue } from '../api.ts';

export const offeredIntrinsics: readonly string[] = [
  'duration',
  'event:name',
  'event:timeSinceStart',
  'instrumentation:name',
  'instrumentation:version',
  'kind',
  'link:spanID',
  'link:traceID',
  'name',
  'rootName',
  'rootServiceName',
  'span:duration',
  'span:id',
  'span:kind',
  'span:name',
  'span:parentID',
  'span:status',
  'span:statusMessage',
  'status',
  'statusMessage',
  'trace:duration',
  'trace:id',
  'trace:rootName',
  'trace:rootService',
  'traceDuration',
];

function keywords(...values: string[]): TypedValue[] {
  return values.map((value) => ({ type: 'keyword', value }));
}

/** Values that need no look at the data; empty where there are too many to be of use. */
export const fixedValues: Partial<Record<IntrinsicName, readonly TypedValue[]>> = {
  'span:status': keywords('ok', 'error', 'unset'),
  'span:kind': keywords('client', 'server', 'producer', 'consumer', 'internal', 'unspecified'),
  'span:duration': [],
  'trace:duration': [],
  'event:timeSinceStart': [],
  'trace:id': [],
  'span:id': [],
  'span:parentID': [],
  'span:childCount': [],
  'link:traceID': [],
  'link:spanID': [],
  nestedSetLeft: [],
  nestedSetRight: [],
  nestedSetParent: [],
  parent: [],
};
