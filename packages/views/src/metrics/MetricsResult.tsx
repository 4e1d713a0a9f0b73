// SPDX-License-Identifier: Apache-2.0
//
// The answer to a metrics query as it is read best: lines, a heatmap, a table, or a comparison. Fills the room that it is given:
// in a small panel the drawing alone, with the legend as far as it has room.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useRef } from 'react';
import type { Host, MetricsAnswer } from '../host.ts';
import { useSize } from '../room/use-size.ts';
import { NoData } from '../states/index.ts';
import { testIds } from '../test-ids.ts';
import { ComparisonTable } from './ComparisonTable.tsx';
import { HistogramResult } from './HistogramResult.tsx';
import { InstantTable } from './InstantTable.tsx';
import type { MetricsKind } from './metrics-query.ts';
import { SeriesResult } from './SeriesResult.tsx';

interface Props {
  readonly host: Host;
  /** The query that `answer` answers. */
  readonly query: string;
  readonly kind: MetricsKind;
  readonly answer: MetricsAnswer;
  /** The answer is one value for each series. */
  readonly instant: boolean;
}

export function MetricsResult({ host, query, kind, answer, instant }: Props) {
  const styles = useStyles2(getStyles);
  const place = useRef<HTMLDivElement>(null);
  const size = useSize(place);
  const shared = { host, query, kind, answer };
  return (
    <div ref={place} className={styles.place}>
      {answer.series.length === 0 ? (
        <NoData title="No spans in this time range match the query" testId={testIds.metrics.empty} />
      ) : kind.draw === 'comparison' ? (
        <ComparisonTable {...shared} />
      ) : instant ? (
        <InstantTable {...shared} />
      ) : kind.draw === 'heatmap' ? (
        <HistogramResult {...shared} size={size} />
      ) : (
        <SeriesResult {...shared} size={size} />
      )}
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    place: css({
      display: 'flex',
      flexDirection: 'column',
      gap: theme.spacing(1),
      flex: '1 1 0',
      minHeight: 0,
      overflow: 'hidden',
    }),
  };
}
