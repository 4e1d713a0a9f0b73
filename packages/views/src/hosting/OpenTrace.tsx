// SPDX-License-Identifier: Apache-2.0
//
// A box that opens a trace by its id, for the bar that a host puts above its pages.
import { Input } from '@grafana/ui';
import { useState } from 'react';

interface Props {
  readonly className?: string;
  /** Gets what was typed, without spaces around it; whether there is such a trace is for the trace view to say. */
  readonly onOpen: (traceId: string) => void;
}

export function OpenTrace({ className, onOpen }: Props) {
  const [text, setText] = useState('');
  const traceId = text.trim();
  const valid = /^[0-9a-f-]{1,40}$/i.test(traceId);
  return (
    <form
      className={className}
      onSubmit={(event) => {
        event.preventDefault();
        if (valid) {
          onOpen(traceId);
          setText('');
        }
      }}
    >
      <Input
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        placeholder="Open a trace by its id"
        aria-label="Trace id"
        invalid={text !== '' && !valid}
        data-testid="open-trace"
      />
    </form>
  );
}
