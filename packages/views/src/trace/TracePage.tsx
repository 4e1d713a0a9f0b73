// SPDX-License-Identifier: Apache-2.0
import { useRef } from 'react';
import type { Trace } from '@tracewell/trace';
import type { Host } from '../host.ts';
import { useTraceModel } from './state/use-trace-model.ts';
import { Waterfall } from './waterfall/Waterfall.tsx';

export function TracePage({ trace, host }: { readonly trace: Trace; readonly host: Host }) {
  const model = useTraceModel(trace, host);
  const pageRows = useRef(20);
  const grid = useRef<HTMLDivElement>(null);
  return (
    <div style={{ display: 'flex', flexDirection: 'column', flex: 1, minHeight: 0 }}>
      <Waterfall
        model={model}
        treeShare={0.35}
        onTreeShare={() => undefined}
        onOpenDetails={() => undefined}
        pageRows={pageRows}
        gridRef={grid}
      />
    </div>
  );
}
