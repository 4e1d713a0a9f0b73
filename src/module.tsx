// SPDX-License-Identifier: Apache-2.0
import { AppPlugin } from '@grafana/data';
import { App } from './app/App.tsx';

export const plugin = new AppPlugin().setRootPage(App);
