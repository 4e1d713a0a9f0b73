// SPDX-License-Identifier: Apache-2.0
//
// "What stands out": what the rules of @tracewell/analysis found, each with a way to its spans.

import { useState, type ReactNode } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Icon, useStyles2 } from '@grafana/ui';
import { describeFinding, type Finding } from '@tracewell/analysis';
import type { SpanIndex, Trace } from '@tracewell/trace';
import { traceTestIds } from '../test-ids.ts';

interface FindingsProps {
  readonly trace: Trace;
  readonly findings: readonly Finding[];
  /** A last line below the findings. */
  readonly children?: ReactNode;
  readonly onShow: (spans: readonly SpanIndex[]) => void;
}

const SHOWN = 3;

const icons = { error: 'exclamation-circle', warning: 'exclamation-triangle', info: 'info-circle' } as const;

function getStyles(theme: GrafanaTheme2) {
  return {
    section: css({ flex: 'none', padding: theme.spacing(0.5, 2) }),
    heading: css({
      fontSize: theme.typography.bodySmall.fontSize,
      color: theme.colors.text.secondary,
      margin: 0,
      fontWeight: theme.typography.fontWeightRegular,
    }),
    list: css({ listStyle: 'none', margin: 0, padding: 0 }),
    item: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(1),
      minHeight: 24,
      fontSize: theme.typography.bodySmall.fontSize,
    }),
    text: css({ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }),
    error: css({ color: theme.colors.error.text, flex: 'none' }),
    warning: css({ color: theme.colors.warning.text, flex: 'none' }),
    info: css({ color: theme.colors.info.text, flex: 'none' }),
  };
}

/** The findings of a trace; nothing where there are none. */
export function Findings({ trace, findings, children, onShow }: FindingsProps) {
  const styles = useStyles2(getStyles);
  const [all, setAll] = useState(false);
  if (findings.length === 0 && (children === undefined || children === false)) return null;
  const shown = all ? findings : findings.slice(0, SHOWN);
  return (
    <section className={styles.section} data-testid={traceTestIds.findings} aria-label="What stands out">
      <h2 className={styles.heading}>What stands out</h2>
      <ul className={styles.list}>
        {shown.map((finding, index) => {
          const sentence = describeFinding(trace, finding);
          return (
            <li key={index} className={styles.item}>
              <Icon name={icons[finding.severity]} size="sm" className={styles[finding.severity]} />
              <span className={styles.text} title={sentence}>
                {sentence}
              </span>
              <Button
                size="sm"
                fill="text"
                onClick={() => onShow(finding.spans)}
                aria-label={`Show: ${sentence}`}
                tooltip="Select its spans in the waterfall"
              >
                show
              </Button>
            </li>
          );
        })}
      </ul>
      {findings.length > SHOWN && (
        <Button size="sm" fill="text" variant="secondary" onClick={() => setAll(!all)}>
          {all ? 'Fewer' : `${findings.length - SHOWN} more`}
        </Button>
      )}
      {children}
    </section>
  );
}
