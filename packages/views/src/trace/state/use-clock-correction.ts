// SPDX-License-Identifier: Apache-2.0
//
// The trace as it is shown: as sent, or, where the reader asks for it, as if all clocks agreed. What was sent stays at
// hand for details, search and export. Indexes of spans are those of the trace shown unless a name says otherwise.

import { useMemo } from 'react';
import { clockShifts, correctClocks, skewedServices } from '@tracewell/analysis';
import type { SpanIndex, Trace } from '@tracewell/trace';

/** Less than this part of the trace misleads nobody, and clocks never agree exactly, not even on one machine. */
const LEAST_SHARE = 0.01;

export interface ClockCorrectionState {
  /** Services whose clocks seem to be off by something visible; nothing is offered for 0. */
  readonly services: number;
  readonly on: boolean;
  /** The trace to show. */
  readonly trace: Trace;
  readonly sent: Trace;
  /** Index in `sent`. */
  readonly sentIndex: (span: SpanIndex) => SpanIndex;
  /** Nanoseconds by which a span was moved. */
  readonly shiftOf: (span: SpanIndex) => number;
  /** Marks by index in `sent`, by index in `trace`. */
  readonly toShown: (mask: Uint8Array) => Uint8Array;
}

/** The clocks of `sent`; corrected if `wanted` and if there is anything to correct. */
export function useClockCorrection(sent: Trace, wanted: boolean): ClockCorrectionState {
  const shifts = useMemo(() => clockShifts(sent), [sent]);
  const services = useMemo(() => skewedServices(sent, shifts, sent.duration * LEAST_SHARE), [sent, shifts]);
  const on = wanted && services > 0;
  return useMemo((): ClockCorrectionState => {
    if (!on) {
      return { services, on, sent, trace: sent, sentIndex: (span) => span, shiftOf: () => 0, toShown: (mask) => mask };
    }
    const corrected = correctClocks(sent, shifts);
    return {
      services,
      on,
      sent,
      trace: corrected.trace,
      sentIndex: (span) => corrected.sent[span] ?? span,
      shiftOf: (span) => corrected.shifts[span] ?? 0,
      toShown: (mask) => Uint8Array.from(corrected.sent, (span) => mask[span] ?? 0),
    };
  }, [sent, shifts, services, on]);
}
