// SPDX-License-Identifier: Apache-2.0
//
// The switch between times as sent and times as if all clocks agreed. It says which of them is shown.

import { Checkbox, Tooltip } from '@grafana/ui';
import { countOf } from '../../format/index.ts';
import type { ClockCorrectionState } from '../state/use-clock-correction.ts';
import { traceTestIds } from '../test-ids.ts';

interface ClockToggleProps {
  readonly clock: ClockCorrectionState;
  readonly onChange: (on: boolean) => void;
}

const EXPLANATION =
  'Clocks of different hosts disagree: some spans seem to run before or after the call that started them. Corrected, each is moved into its caller, which is a guess. Details, search and export keep the times as they were sent.';

/** Nothing where all clocks agree. */
export function ClockToggle({ clock, onChange }: ClockToggleProps) {
  if (clock.services === 0) return null;
  return (
    <Tooltip content={EXPLANATION}>
      <span>
        <Checkbox
          label={`Correct clock skew (${countOf(clock.services, 'service')})`}
          data-testid={traceTestIds.clock}
          value={clock.on}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      </span>
    </Tooltip>
  );
}
