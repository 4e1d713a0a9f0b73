// SPDX-License-Identifier: Apache-2.0
//
// What "Save & test" says.
import type { TestDataSourceResponse } from '@grafana/data';
import { HostError } from '@tracewell/views';
import type { HostData } from '@tracewell/views';

/** Asks who answers; never rejects. */
export async function checkHealth(data: HostData, signal: AbortSignal): Promise<TestDataSourceResponse> {
  try {
    const { product = 'The store', version, spans, missing, trouble } = await data.capabilities(signal);
    const name = version === undefined ? product : `${product} ${version}`;
    const holds = spans === undefined ? '' : ` with ${spans.toLocaleString('en-US')} ${spans === 1 ? 'span' : 'spans'}`;
    if (trouble !== undefined) {
      return {
        status: 'warning',
        message: `${name}${holds} answers, but takes no new spans.`,
        details: { message: trouble },
      };
    }
    return {
      status: 'success',
      message: `${name}${holds} answers.`,
      ...(missing === undefined ? {} : { details: { message: missing } }),
    };
  } catch (error) {
    return { status: 'error', message: titleOf(error), details: { message: messageOf(error) } };
  }
}

function titleOf(error: unknown): string {
  switch (error instanceof HostError ? error.code : '') {
    case 'unreachable':
    case 'timeout':
      return 'Not reachable from the Grafana server';
    case 'not-tempo':
      return "Answers, but does not speak Tempo's API";
    case 'unauthorized':
    case 'forbidden':
      return 'Credentials refused';
    default:
      return 'The store answers with an error';
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
