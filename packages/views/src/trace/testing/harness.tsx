// SPDX-License-Identifier: Apache-2.0
//
// A page with the trace view alone, for looking at it and for measuring: `?trace=shop|n1|errors|large-50000&theme=light`,
// further parameters are the view's. Not part of any product bundle.

import { useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { createTheme, ThemeContext } from '@grafana/data';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import type { Trace } from '@tracewell/trace';
import { HostError } from '../../host.ts';
import { TraceView } from '../TraceView.tsx';
import { memoryData, memoryHost } from './memory-host.ts';
import { largeTrace, shopTrace } from './shop-trace.ts';

function traceNamed(name: string): Trace | undefined {
  if (name.startsWith('large-')) return largeTrace(Number(name.slice(6)));
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

function Harness() {
  const [params, setParams] = useState(() => new URLSearchParams(window.location.search));
  const theme = useMemo(
    () => createTheme({ colors: { mode: params.get('theme') === 'light' ? 'light' : 'dark' } }),
    [params]
  );
  const host = useMemo(() => memoryHost(data, params, setParams), [params]);
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
        <TraceView host={host} traceId={params.get('trace') ?? 'shop'} />
      </div>
      <PortalContainer />
    </ThemeContext.Provider>
  );
}

document.body.style.margin = '0';
const element = document.getElementById('root');
if (element !== null) createRoot(element).render(<Harness />);
