// SPDX-License-Identifier: Apache-2.0
//
// Entry of the page. `public-path` comes first: @grafana/ui reads what it sets.
import './public-path.ts';
import 'uplot/dist/uPlot.min.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Console } from './Console.tsx';

const root = document.getElementById('root');
if (root === null) {
  throw new Error('index.html has no element with the id "root"');
}
createRoot(root).render(
  <StrictMode>
    <Console />
  </StrictMode>
);
