// SPDX-License-Identifier: Apache-2.0
//
// Findings as sentences. They name spans as "service > name", as the waterfall does, and end with a full stop.

import { assertUnreachable } from '@tracewell/base';
import { formatDuration, type SpanIndex, type Trace } from '@tracewell/trace';
import { serviceOf } from '../children.ts';
import type { Finding, FirstErrorFinding } from './finding.ts';

/** The finding as one or two English sentences of plain text. `trace` is the one it was found in. */
export function describeFinding(trace: Trace, finding: Finding): string {
  const first = finding.spans[0] ?? 0;
  switch (finding.kind) {
    case 'repeated-calls': {
      const name = trace.names[first] ?? '';
      const cost = `${formatDuration(finding.time)} (${percent(finding.share)})`;
      return `${finding.count} sequential ${name} calls under ${labelOf(trace, finding.parent)} cost ${cost}.`;
    }
    case 'first-error':
      return describeFirstError(trace, finding, first);
    case 'silent-dependency': {
      const callee = finding.callee === '' ? 'a dependency' : finding.callee;
      const cost = `${formatDuration(finding.time)} (${percent(finding.share)})`;
      return `${labelOf(trace, first)} waited ${cost} for ${callee}, which sent no spans.`;
    }
    case 'dominating-work':
      return `${labelOf(trace, first)} worked for ${formatDuration(finding.time)} itself: ${percent(finding.share)} of the trace.`;
    default:
      return assertUnreachable(finding);
  }
}

function describeFirstError(trace: Trace, finding: FirstErrorFinding, origin: SpanIndex): string {
  const message = finding.message === '' ? '' : ` ("${finding.message}")`;
  const { carried, others } = finding;
  const carriers =
    carried === 0
      ? 'no span above it carries the error on'
      : `${carried} ${carried === 1 ? 'span above it carries' : 'spans above it carry'} the error on`;
  const rest = others === 0 ? '' : ` ${others} more ${others === 1 ? 'error begins' : 'errors begin'} in other spans.`;
  return `${labelOf(trace, origin)} failed first${message}; ${carriers}.${rest}`;
}

function labelOf(trace: Trace, span: SpanIndex): string {
  return `${serviceOf(trace, span)} \u203a ${trace.names[span] ?? ''}`;
}

/** A share of 0 to 1 in whole percent; what is there but rounds to nothing reads `< 1 %`. */
function percent(share: number): string {
  return share > 0 && share < 0.005 ? '< 1 %' : `${Math.round(share * 100)} %`;
}
