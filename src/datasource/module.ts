// SPDX-License-Identifier: Apache-2.0
import { DataSourcePlugin } from '@grafana/data';
import type { TracewellQuery } from '../model/query.ts';
import type { TracewellSettings } from '../model/settings.ts';
import { ConfigEditor } from './config/ConfigEditor.tsx';
import { TracewellDatasource } from './datasource.ts';
import { QueryEditor } from './QueryEditor.tsx';
import { QueryHelp } from './QueryHelp.tsx';

export const plugin = new DataSourcePlugin<TracewellDatasource, TracewellQuery, TracewellSettings>(TracewellDatasource)
  .setQueryEditor(QueryEditor)
  .setQueryEditorHelp(QueryHelp)
  .setConfigEditor(ConfigEditor);
