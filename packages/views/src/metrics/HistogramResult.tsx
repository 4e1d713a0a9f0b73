// SPDX-License-Identifier: Apache-2.0
//
// The heatmap of a histogram, of one of its groups if it has several, and what can be done with a box dragged over it.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Combobox, LinkButton, useStyles2 } from '@grafana/ui';
import { useCallback, useMemo, useState } from 'react';
import { toRawRange } from '../charts/selection.ts';
import { Labelled } from '../forms/Labelled.tsx';
import type { Host, MetricsAnswer } from '../host.ts';
import type { Size } from '../room/use-size.ts';
import { testIds } from '../test-ids.ts';
import { comparedWithRest, tracesOf } from './drill.ts';
import { bucketBetween, histogramGroups, toHistogram } from './histogram.ts';
import { HistogramChart } from './HistogramChart.tsx';
import type { HistogramBox } from './HistogramChart.tsx';
import type { MetricsKind } from './metrics-query.ts';
import { useExemplarHref } from './use-exemplar-href.ts';
import { formatMetric } from './values.ts';

interface Props {
  readonly host: Host;
  readonly query: string;
  readonly kind: MetricsKind;
  readonly answer: MetricsAnswer;
  readonly size: Size;
}

const everyGroup = '';

export function HistogramResult({ host, query, kind, answer, size }: Props) {
  const styles = useStyles2(getStyles);
  const { time, navigation } = host;
  const [wanted, setWanted] = useState(everyGroup);
  const [box, setBox] = useState<HistogramBox>();
  const [hovered, setHovered] = useState<string>();
  const groups = useMemo(() => histogramGroups(answer), [answer]);
  const group = groups.find(({ name }) => name === wanted);
  const histogram = useMemo(() => toHistogram(answer, kind.bucketUnit, group), [answer, kind.bucketUnit, group]);
  const exemplarHref = useExemplarHref(host);
  const choose = useCallback((next: HistogramBox) => setBox(next), []);
  const bar = 32;
  const height = Math.max(80, Math.min(520, size.height - bar - 8));
  const labels = group?.labels ?? [];
  const bucket = box === undefined ? undefined : bucketBetween(box.low, box.high, kind.bucketUnit);
  const traces = bucket === undefined ? undefined : tracesOf(query, labels, bucket);
  const compared = bucket === undefined ? undefined : comparedWithRest(query, labels, bucket);
  const range = box === undefined ? {} : toRawRange(box.from, box.to);
  return (
    <>
      <div className={styles.bar} style={{ height: bar }}>
        {groups.length > 1 && (
          <Labelled name="Group">
            {(id) => (
              <Combobox
                aria-labelledby={id}
                width={30}
                options={[
                  { value: everyGroup, label: 'All together' },
                  ...groups.map(({ name }) => ({ value: name, label: name })),
                ]}
                value={group === undefined ? everyGroup : wanted}
                onChange={({ value }) => setWanted(value)}
              />
            )}
          </Labelled>
        )}
        {bucket === undefined || box === undefined ? (
          <span className={styles.words}>{hovered ?? 'Drag a box to ask about its spans'}</span>
        ) : (
          <div className={styles.box} role="group" aria-label="The chosen spans" data-testid={testIds.metrics.box}>
            <span>
              {formatMetric(bucket.over, kind.bucketUnit)} to {formatMetric(bucket.upTo, kind.bucketUnit)}
            </span>
            {traces !== undefined && (
              <LinkButton size="sm" variant="secondary" href={navigation.href('search', { q: traces, ...range })}>
                Show these traces
              </LinkButton>
            )}
            {compared !== undefined && (
              <LinkButton size="sm" variant="secondary" href={navigation.href('search', { q: compared, ...range })}>
                Compare with the rest
              </LinkButton>
            )}
            <Button size="sm" variant="secondary" onClick={() => time.set(toRawRange(box.from, box.to))}>
              Zoom in
            </Button>
            <Button
              size="sm"
              variant="secondary"
              fill="text"
              icon="times"
              aria-label="Forget the box"
              onClick={() => setBox(undefined)}
            />
          </div>
        )}
      </div>
      <section data-testid={testIds.metrics.heatmap} aria-label="Histogram over time">
        <HistogramChart
          histogram={histogram}
          unit={kind.bucketUnit}
          range={time.range}
          timeZone={time.timeZone}
          height={height}
          exemplarHref={exemplarHref}
          onBox={choose}
          onHover={setHovered}
        />
      </section>
    </>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    bar: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), flex: '0 0 auto', overflow: 'hidden' }),
    words: css({ fontSize: theme.typography.bodySmall.fontSize, color: theme.colors.text.secondary }),
    box: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(1),
      fontSize: theme.typography.bodySmall.fontSize,
      whiteSpace: 'nowrap',
    }),
  };
}
