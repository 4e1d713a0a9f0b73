// SPDX-License-Identifier: Apache-2.0
import type { PanelProps } from '@grafana/data';

export function WaterfallPanel({ data }: PanelProps) {
  return <div>{data.series.length} frames</div>;
}
