// SPDX-License-Identifier: Apache-2.0
import { AppPlugin } from '@grafana/data';
import { App } from './app/App.tsx';
import { openInTracewell } from './app/extensions.ts';
import { Setup } from './app/setup/Setup.tsx';

export const plugin = new AppPlugin()
  .setRootPage(App)
  .addConfigPage({ id: 'setup', title: 'Setup', icon: 'cog', body: Setup })
  .addLink(openInTracewell);
