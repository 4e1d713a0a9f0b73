// SPDX-License-Identifier: Apache-2.0
//
// Lines and their legend, beside each other where there is room.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2, useTheme2 } from '@grafana/ui';
import { useCallback, useMemo, useState } from 'react';
import { toRawRange } from '../charts/selection.ts';
import type { Host, MetricsAnswer } from '../host.ts';
import type { Size } from '../room/use-size.ts';
import { testIds } from '../test-ids.ts';
import type { MetricsKind } from './metrics-query.ts';
import { lookOf } from './series-look.ts';
import { SeriesChart } from './SeriesChart.tsx';
import { SeriesLegend } from './SeriesLegend.tsx';
import { useExemplarHref } from './use-exemplar-href.ts';

interface Props {
  readonly host: Host;
  readonly query: string;
  readonly kind: MetricsKind;
  readonly answer: MetricsAnswer;
  readonly size: Size;
}

/** More lines than that nobody tells apart, and the browser is slow to draw them. */
const mostLines = 60;

export function SeriesResult({ host, query, kind, answer, size }: Props) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const { time } = host;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState<string>();
  const [step, setStep] = useState<number>();
  const [everything, setEverything] = useState(false);
  const all = useMemo(() => lookOf(answer, theme), [answer, theme]);
  const listed = everything ? all : all.slice(0, mostLines);
  const shown = useMemo(() => {
    const drawn = listed.filter(({ name }) => chosen.has(name));
    return drawn.length === 0 ? listed : drawn;
  }, [listed, chosen]);
  const choose = useCallback((name: string, more: boolean) => {
    setChosen((before) => {
      if (!more) {
        return before.size === 1 && before.has(name) ? new Set() : new Set([name]);
      }
      const next = new Set(before);
      if (!next.delete(name)) {
        next.add(name);
      }
      return next;
    });
  }, []);
  const setRange = useCallback((from: number, to: number) => time.set(toRawRange(from, to)), [time]);
  const exemplarHref = useExemplarHref(host);
  const beside = size.width >= 900;
  const legend = size.height >= 170 && size.width >= 260;
  const rows = Math.min(listed.length, 200) * 24 + 28;
  const below = legend && !beside ? Math.min(rows, Math.max(56, size.height * 0.4)) : 0;
  const height = Math.max(80, Math.min(beside ? 520 : 460, size.height - below - (below > 0 ? 8 : 0)));
  return (
    <div className={beside ? styles.beside : styles.below}>
      <section className={styles.chart} data-testid={testIds.metrics.chart} aria-label="Values over time">
        <SeriesChart
          answer={answer}
          shown={shown}
          unit={kind.unit}
          range={time.range}
          timeZone={time.timeZone}
          height={height}
          focused={focused}
          exemplarHref={exemplarHref}
          onRange={setRange}
          onHover={setStep}
        />
      </section>
      {legend && (
        <div className={styles.legend} style={beside ? { height } : { height: below }}>
          <SeriesLegend
            host={host}
            query={query}
            all={listed}
            unit={kind.unit}
            step={step}
            chosen={chosen}
            wide={size.width >= 560}
            onChoose={choose}
            onFocus={setFocused}
          />
          {listed.length < all.length && (
            <Button size="sm" fill="text" variant="secondary" onClick={() => setEverything(true)}>
              {`The ${String(mostLines)} greatest of ${String(all.length)} series: show all`}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    beside: css({
      display: 'grid',
      gridTemplateColumns: 'minmax(0, 1fr) minmax(300px, 30%)',
      gap: theme.spacing(2),
      minHeight: 0,
    }),
    below: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1), minHeight: 0 }),
    chart: css({ minWidth: 0 }),
    legend: css({ overflow: 'auto', minHeight: 0 }),
  };
}
