// SPDX-License-Identifier: Apache-2.0
//
// A page with the trace view alone, for looking at it and for measuring: `?trace=shop|n1|errors|skew|large-50000&theme=light`,
// further parameters are the view's; `panel=400x300` shows a panel of that size, with `trace=map-20` that of a service map.
// Not part of any product bundle.

import { useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { createTheme, ThemeContext } from '@grafana/data';
import { GlobalStyles, PortalContainer, useTheme2 } from '@grafana/ui';
import type { Trace } from '@tracewell/trace';
import { HostError } from '../../host.ts';
import { ServiceMapPanel } from '../../panel/ServiceMapPanel.tsx';
import { TracePanel } from '../../panel/TracePanel.tsx';
import { usePanelHost } from '../../panel/use-panel-host.ts';
import { TraceView } from '../TraceView.tsx';
import { memoryData, memoryHost } from './memory-host.ts';
import { someGraph } from './some-graph.ts';
import { largeTrace, shopTrace, skewedTrace } from './shop-trace.ts';

function traceNamed(name: string): Trace | undefined {
  if (name.startsWith('large-')) return largeTrace(Number(name.slice(6)));
  if (name === 'skew') return skewedTrace();
  if (name === 'n1') return shopTrace({ queries: 200 });
  if (name === 'errors') return shopTrace({ queries: 41, fails: true });
  return name === 'shop' ? shopTrace() : undefined;
}

const made = new Map<string, Trace | undefined>();
const data = memoryData((name, signal) => {
  if (name === 'broken') {
    return Promise.reject(
      new HostError('unreachable', 'expected an answer of the store, found none', { retryable: true })
    );
  }
  if (name === 'loading')
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('cancelled'))));
  if (!made.has(name)) made.set(name, traceNamed(name === 'partial' ? 'shop' : name));
  const trace = made.get(name);
  performance.mark('trace-ready');
  return Promise.resolve(
    trace === undefined
      ? undefined
      : { trace, ...(name === 'partial' ? { partial: 'one of 12 blocks could not be read' } : {}) }
  );
});

function Panel({ name, size }: { name: string; size: string }) {
  const theme = useTheme2();
  const host = usePanelHost({ range: { from: 0, to: 3_600_000 }, timeZone: 'utc', href: (page) => `#/${page}` });
  const [width = 400, height = 300] = size.split('x').map(Number);
  const [content] = useState(() =>
    name.startsWith('map-') ? { graph: someGraph(Number(name.slice(4))) } : { trace: traceNamed(name) }
  );
  return (
    <div style={{ width, height, margin: 8, background: theme.colors.background.primary }}>
      {content.graph !== undefined && <ServiceMapPanel host={host} graph={content.graph} seconds={3600} />}
      {content.trace !== undefined && <TracePanel host={host} trace={{ trace: content.trace }} />}
    </div>
  );
}

function Harness() {
  const [params, setParams] = useState(() => new URLSearchParams(window.location.search));
  const theme = useMemo(
    () => createTheme({ colors: { mode: params.get('theme') === 'light' ? 'light' : 'dark' } }),
    [params]
  );
  const host = useMemo(() => memoryHost(data, params, setParams), [params]);
  const name = params.get('trace') ?? 'shop';
  const panel = params.get('panel');
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <div
        style={{
          height: '100vh',
          display: 'flex',
          flexDirection: 'column',
          background: theme.colors.background.canvas,
        }}
      >
        {panel === null ? <TraceView host={host} traceId={name} /> : <Panel name={name} size={panel} />}
      </div>
      <PortalContainer />
    </ThemeContext.Provider>
  );
}

document.body.style.margin = '0';
const element = document.getElementById('root');
if (element !== null) createRoot(element).render(<Harness />);
