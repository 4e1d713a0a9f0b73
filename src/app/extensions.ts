// SPDX-License-Identifier: Apache-2.0
//
// "Open in Tracewell" in Grafana's own places, where the data source is ours. By `onClick` and not by a path: Grafana opens
// paths as they are, without the sub-path that it is served under. The same title, description and targets must stand in
// plugin.json. A version of Grafana that lacks one of the places leaves that one out.
import { locationUtil } from '@grafana/data';
import type { PluginExtensionAddedLinkConfig, ScopedVars } from '@grafana/data';
import { getTemplateSrv, locationService } from '@grafana/runtime';
import type { MouseEvent } from 'react';
import { placePath } from './place-path.ts';
import type { Place } from './place-path.ts';

interface PlaceContext extends Place {
  /** Of a repeated panel. */
  readonly scopedVars?: ScopedVars;
}

function pathOf(context: PlaceContext | undefined): string | undefined {
  return context === undefined
    ? undefined
    : placePath(context, (text) => getTemplateSrv().replace(text, context.scopedVars));
}

function follow(path: string, event: MouseEvent | undefined) {
  if (event !== undefined && (event.ctrlKey || event.metaKey || event.shiftKey)) {
    window.open(locationUtil.assureBaseUrl(path), '_blank');
  } else {
    locationService.push(path);
  }
}

export const openInTracewell: PluginExtensionAddedLinkConfig<PlaceContext> = {
  title: 'Open in Tracewell',
  description: 'The same trace, search or service graph in the Tracewell app',
  icon: 'gf-traces',
  targets: ['grafana/traceview/header/actions', 'grafana/explore/toolbar/action', 'grafana/dashboard/panel/menu'],
  configure: (context) => (pathOf(context) === undefined ? undefined : {}),
  onClick: (event, { context }) => {
    const path = pathOf(context);
    if (path !== undefined) {
      follow(path, event);
    }
  },
};
