// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from 'react';
import { problemIn } from './diagnose.ts';
import type { Problem } from './diagnose.ts';

const restMs = 500;

/** What is wrong with `text`, once nobody has typed for a moment; nothing while `enabled` is false. */
export function useProblem(text: string, enabled: boolean): Problem | undefined {
  const [found, setFound] = useState<{ text: string; problem: Problem | undefined }>();
  useEffect(() => {
    if (!enabled) {
      return undefined;
    }
    const rest = setTimeout(() => setFound({ text, problem: problemIn(text) }), restMs);
    return () => clearTimeout(rest);
  }, [text, enabled]);
  return enabled && found?.text === text ? found.problem : undefined;
}
