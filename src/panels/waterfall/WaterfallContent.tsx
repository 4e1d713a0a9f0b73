// SPDX-License-Identifier: Apache-2.0
//
// One trace in the panel, with the links that its frame and its data source give to spans.
import type { TimeRange } from '@grafana/data';
import { TracePanel } from '@tracewell/views';
import type { Host, SpanLinkTarget } from '@tracewell/views';
import { useMemo } from 'react';
import { linksOfRow } from '../../frames/field-links.ts';
import type { LoadedTrace } from '../../frames/read-trace.ts';
import { datasourceSettings, grafanaSpanLinks } from '../../host/grafana-span-links.ts';
import { useHostOfPanel } from '../../host/panel-host.ts';
import type { PanelSource } from '../../host/panel-host.ts';
import { partsOf } from './options.ts';
import type { WaterfallOptions } from './options.ts';

interface Props {
  readonly loaded: LoadedTrace;
  readonly options: WaterfallOptions;
  readonly initial: Readonly<Record<string, string>>;
  readonly source: PanelSource | undefined;
  readonly timeRange: TimeRange;
  readonly timeZone: string;
}

export function WaterfallContent({ loaded, options, initial, source, timeRange, timeZone }: Props) {
  const { trace, note, frame, rowOf } = loaded;
  const uid = source?.uid;
  const spanLinks = useMemo((): NonNullable<Host['spanLinks']> => {
    const fromSettings = uid === undefined ? undefined : grafanaSpanLinks(datasourceSettings(uid));
    return (ofTrace, index): SpanLinkTarget[] => [
      ...(fromSettings?.(ofTrace, index) ?? []),
      ...(ofTrace === trace ? linksOfRow(frame, rowOf(index)) : []),
    ];
  }, [uid, trace, frame, rowOf]);
  const host = useHostOfPanel({ timeRange, timeZone, source, spanLinks, initial });
  const data = useMemo(() => (note === undefined ? { trace } : { trace, partial: note }), [trace, note]);
  return <TracePanel host={host} trace={data} parts={partsOf(options)} />;
}
