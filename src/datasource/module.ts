// SPDX-License-Identifier: Apache-2.0
import { DataSourcePlugin } from '@grafana/data';
import type { TracewellQuery } from '../model/query.ts';
import type { TracewellSettings } from '../model/settings.ts';
import { TracewellDatasource } from './datasource.ts';

export const plugin = new DataSourcePlugin<TracewellDatasource, TracewellQuery, TracewellSettings>(TracewellDatasource);
