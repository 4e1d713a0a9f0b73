// SPDX-License-Identifier: Apache-2.0
import type { Capabilities, HostData } from '@tracewell/views';
import { useEffect, useState } from 'react';

/** What the store can do; undefined until it has answered, and if it does not. */
export function useCapabilities(data: HostData): Capabilities | undefined {
  const [capabilities, setCapabilities] = useState<Capabilities>();
  useEffect(() => {
    const controller = new AbortController();
    data.capabilities(controller.signal).then(
      (answer) => {
        if (!controller.signal.aborted) {
          setCapabilities(answer);
        }
      },
      // The query itself will say what is wrong.
      () => undefined
    );
    return () => controller.abort();
  }, [data]);
  return capabilities;
}
