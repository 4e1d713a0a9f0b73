// SPDX-License-Identifier: Apache-2.0
//
// A span that stands for many, as a diamond above a chart: a link to its trace, so that it is reached by keyboard, copied and
// opened in a new tab like any other.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Tooltip, useStyles2 } from '@grafana/ui';
import { dotStyle } from '../charts/chart-theme.ts';
import { formatDateTime } from '../format/index.ts';
import type { MetricsExemplar } from '../host.ts';
import { testIds } from '../test-ids.ts';
import { labelText } from './labels.ts';

interface Props {
  readonly exemplar: MetricsExemplar;
  /** Pixels within the chart. */
  readonly left: number;
  readonly top: number;
  /** Of its series; that of the text without. */
  readonly color?: string;
  readonly timeZone: string;
  readonly href: string;
  /** What it is an example of. */
  readonly words: string;
}

export function ExemplarDot({ exemplar, left, top, color, timeZone, href, words }: Props) {
  const styles = useStyles2(getStyles);
  const labels = exemplar.labels.filter(({ key }) => !key.startsWith('__'));
  return (
    <Tooltip
      content={
        <div>
          <div>{words}</div>
          {labels.map((label) => (
            <div key={label.key}>
              {label.key}: {labelText(label)}
            </div>
          ))}
          <div>{formatDateTime(exemplar.time, timeZone)}, opens the trace</div>
        </div>
      }
    >
      <a
        className={styles.dot}
        style={{ left, top, ...(color === undefined ? {} : { background: color }) }}
        href={href}
        draggable={false}
        data-testid={testIds.metrics.exemplar}
        aria-label={`Open the trace of an example: ${words}, ${formatDateTime(exemplar.time, timeZone)}`}
      />
    </Tooltip>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    dot: css(dotStyle(theme, theme.colors.text.primary)),
  };
}
