// SPDX-License-Identifier: Apache-2.0
//
// The panel: reads the node graph in its frames and shows it as a map or a table. While another answer is on its way the one
// before stays, and nothing in the map moves unless who calls whom has changed.
import { LoadingState } from '@grafana/data';
import type { PanelProps } from '@grafana/data';
import { ServiceMapPanel } from '@tracewell/views';
import { useMemo } from 'react';
import { readGraph } from '../../frames/read-graph.ts';
import { sourceOfPanel, useHostOfPanel } from '../../host/panel-host.ts';
import { PanelMessage } from '../../host/PanelMessage.tsx';
import { busyPart, nodeNamed } from './busy-part.ts';
import type { ServiceGraphOptions } from './options.ts';

type Props = PanelProps<ServiceGraphOptions>;

export function ServiceGraphPanel(props: Props) {
  const { data, options, timeRange, replaceVariables } = props;
  const seconds = Math.max(1, (timeRange.to.valueOf() - timeRange.from.valueOf()) / 1000);
  const { series, state } = data;
  const read = useMemo(() => readGraph(series, seconds), [series, seconds]);
  const graph = useMemo(() => busyPart(read.graph, read.seconds, options.leastRate), [read, options.leastRate]);
  const focus = nodeNamed(graph, replaceVariables(options.focus));

  if (read.problem !== undefined) {
    return <PanelMessage title="This is not a service graph">{read.problem}</PanelMessage>;
  }
  if (graph.nodes.length === 0) {
    if (state === LoadingState.Loading || state === LoadingState.NotStarted) {
      return <PanelMessage title="Loading the service graph" />;
    }
    if (state === LoadingState.Error) {
      return <PanelMessage title="No service graph">{data.errors?.[0]?.message ?? 'The query failed.'}</PanelMessage>;
    }
    return read.graph.nodes.length > 0 ? (
      <PanelMessage title="No calls above the least rate">
        All are rarer than {options.leastRate} a second. The panel&apos;s options have the limit.
      </PanelMessage>
    ) : (
      <PanelMessage title="No service graph">
        No calls between services in this time range. Choose the query type &quot;Service graph&quot;, a longer range,
        or a wider filter.
      </PanelMessage>
    );
  }
  return <Content key={focus ?? ''} {...props} graph={graph} seconds={read.seconds} focus={focus} />;
}

interface ContentProps extends Props {
  readonly graph: ReturnType<typeof busyPart>;
  readonly seconds: number;
  readonly focus: string | undefined;
}

function Content({ data, options, timeRange, timeZone, width, height, graph, seconds, focus }: ContentProps) {
  const targets = data.request?.targets;
  const source = useMemo(() => sourceOfPanel(targets), [targets]);
  const initial = useMemo(() => (focus === undefined ? undefined : { focus }), [focus]);
  const host = useHostOfPanel({ timeRange, timeZone, source, ...(initial === undefined ? {} : { initial }) });
  return (
    <div style={{ width, height }}>
      <ServiceMapPanel host={host} graph={graph} seconds={seconds} view={options.view} legend={options.legend} />
    </div>
  );
}
