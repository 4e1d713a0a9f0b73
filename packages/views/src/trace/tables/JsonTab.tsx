// SPDX-License-Identifier: Apache-2.0
//
// The trace as OTLP JSON. Long texts are shown in virtual lines, because a browser cannot lay out a hundred megabytes; copy and
// export have all of it.

import { useMemo, useRef } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, ClipboardButton, useStyles2 } from '@grafana/ui';
import { countOf } from '../../format/index.ts';
import { downloadText } from '../export/download.ts';
import { toOtlpJson } from '../export/otlp-json.ts';
import type { TraceModel } from '../state/use-trace-model.ts';
import { traceTestIds } from '../test-ids.ts';
import { ownBoxSizing } from '../rows/own-box-sizing.ts';
import { useFixedRows } from '../rows/use-fixed-rows.ts';

const LINE = 18;

function getStyles(theme: GrafanaTheme2) {
  return {
    bar: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(1),
      padding: theme.spacing(0.5, 2),
      flex: 'none',
      fontSize: theme.typography.bodySmall.fontSize,
      color: theme.colors.text.secondary,
    }),
    scroller: css({
      ...ownBoxSizing,
      flex: 1,
      minHeight: 0,
      overflow: 'auto',
      background: theme.colors.background.primary,
      '&:focus-visible': { outline: 'none', boxShadow: `inset 0 0 0 1px ${theme.colors.primary.border}` },
    }),
    line: css({
      position: 'absolute',
      top: 0,
      left: theme.spacing(2),
      height: LINE,
      lineHeight: `${LINE}px`,
      whiteSpace: 'pre',
      fontFamily: theme.typography.fontFamilyMonospace,
      fontSize: theme.typography.bodySmall.fontSize,
    }),
  };
}

/** The trace as text. */
export function JsonTab({ model }: { readonly model: TraceModel }) {
  const styles = useStyles2(getStyles);
  const trace = model.clock.sent;
  const text = useMemo(() => JSON.stringify(toOtlpJson(trace), undefined, 2), [trace]);
  const lines = useMemo(() => text.split('\n'), [text]);
  const scroller = useRef<HTMLDivElement>(null);
  const window = useFixedRows(scroller, lines.length, LINE, 0);
  const drawn = [];
  for (let line = window.from; line < Math.min(window.to, lines.length); line++) {
    drawn.push(
      <div key={line} className={styles.line} style={{ transform: `translateY(${line * LINE}px)` }}>
        {lines[line]}
      </div>
    );
  }
  return (
    <>
      <div className={styles.bar}>
        <ClipboardButton icon="copy" size="sm" variant="secondary" getText={() => text}>
          Copy
        </ClipboardButton>
        <Button
          icon="download-alt"
          size="sm"
          variant="secondary"
          onClick={() => downloadText(`trace-${trace.traceId}.json`, text)}
        >
          Download
        </Button>
        OTLP JSON, {countOf(lines.length, 'line')}
      </div>
      <div
        ref={scroller}
        className={styles.scroller}
        tabIndex={0}
        role="region"
        aria-label="OTLP JSON"
        data-testid={traceTestIds.json}
      >
        <div style={{ position: 'relative', height: lines.length * LINE }}>{drawn}</div>
      </div>
    </>
  );
}
