// SPDX-License-Identifier: Apache-2.0
//
// One row: the tree cell and the time cell. Memoised on plain values; clicks are handled by the grid, which finds the
// row by its `data-row`.

import { memo } from 'react';
import { cx } from '@emotion/css';
import { STATUS_ERROR, type SpanIndex, type Trace } from '@tracewell/trace';
import type { TraceAnalysis } from '../analysis/trace-analysis.ts';
import { problemText } from '../analysis/problem-text.ts';
import { formatCount } from '../../format/index.ts';
import type { Fold } from '../layout/rows.ts';
import type { Viewport } from '../layout/viewport.ts';
import { Glyph } from './Glyph.tsx';
import { Mark } from './Mark.tsx';
import { eventTimes, foldBar, spanBar, tickPath } from './row-content.ts';
import { INDENT, ROW_HEIGHT, type WaterfallStyles } from './styles.ts';

export interface WaterfallRowProps {
  readonly id: string;
  readonly row: number;
  readonly trace: Trace;
  readonly analysis: TraceAnalysis;
  readonly span: SpanIndex;
  readonly fold: Fold | undefined;
  readonly foldOpen: boolean;
  readonly level: number;
  readonly collapsed: boolean;
  readonly selected: boolean;
  readonly matched: boolean;
  readonly dimmed: boolean;
  readonly viewport: Viewport;
  readonly width: number;
  /** Pixels right of it, for labels. */
  readonly gutter: number;
  /** Pixels; indentation takes half of it at most. */
  readonly treeWidth: number;
  readonly color: string;
  /** The service's colour with its mark, a CSS background. */
  readonly swatch: string;
  readonly showService: boolean;
  readonly styles: WaterfallStyles;
}

function WaterfallRowInner(props: WaterfallRowProps) {
  const { trace, analysis, span, fold, styles, viewport, width } = props;
  const serviceName = trace.serviceNames[trace.services[span] ?? 0] ?? '';
  const name = trace.names[span] ?? '';
  const children = trace.childCounts[span] ?? 0;
  const expandable = fold !== undefined || children > 0;
  const expanded = fold !== undefined ? props.foldOpen : !props.collapsed;
  const problems = fold === undefined ? analysis.problemsOf.get(span) : undefined;
  const failed =
    fold === undefined
      ? trace.statusCodes[span] === STATUS_ERROR
      : fold.members.some((member) => trace.statusCodes[member] === STATUS_ERROR);
  const failedBelow = !expanded && fold === undefined ? analysis.errorsBelow(span) : 0;
  const room = { viewport, width, gutter: props.gutter };
  const bar =
    fold === undefined
      ? spanBar(trace, analysis, span, props.collapsed, room)
      : foldBar(trace, analysis, fold.members, room);
  const ticks = fold === undefined ? tickPath(eventTimes(trace, span), viewport, width) : '';
  return (
    <div
      id={props.id}
      role="row"
      data-row={props.row}
      aria-level={props.level + 1}
      aria-rowindex={props.row + 2}
      aria-selected={props.selected}
      aria-expanded={expandable ? expanded : undefined}
      className={cx(
        styles.row,
        props.matched && styles.matched,
        props.dimmed && styles.dim,
        props.selected && styles.selected
      )}
      style={{ transform: `translateY(${props.row * ROW_HEIGHT}px)` }}
    >
      <div role="gridcell" className={styles.tree} style={{ width: props.treeWidth }}>
        <span className={styles.guides} style={{ width: Math.min(props.level * INDENT, props.treeWidth / 2) }} />
        <span className={styles.toggle} data-toggle={expandable ? '' : undefined}>
          {expandable && <Glyph kind={expanded ? 'expanded' : 'collapsed'} />}
        </span>
        <span className={styles.service} style={{ background: props.swatch }} />
        {props.showService && <span className={styles.serviceName}>{serviceName}</span>}
        <span
          className={cx(props.showService ? styles.name : styles.serviceName, props.selected && styles.nameSelected)}
        >
          {name}
        </span>
        {fold !== undefined && <span className={styles.count}>&times; {formatCount(fold.members.length)}</span>}
        {fold === undefined && props.collapsed && children > 0 && (
          <span className={styles.count} title="Spans below, hidden">
            + {formatCount((trace.subtreeEnds[span] ?? span + 1) - span - 1)}
          </span>
        )}
        {failed && <Mark kind="error" title="Error" className={styles.error} />}
        {!failed && failedBelow > 0 && (
          <Mark kind="error-below" title={`${formatCount(failedBelow)} with an error below`} className={styles.error} />
        )}
        {problems !== undefined && (
          <Mark kind="hint" title={problems.map((p) => problemText(p, trace)).join('; ')} className={styles.hint} />
        )}
      </div>
      <div role="gridcell" className={styles.time} data-time="">
        <svg className={styles.bars} width={width + props.gutter} height={ROW_HEIGHT} aria-hidden="true">
          <g shapeRendering="crispEdges">
            <path d={bar.whole} fill={props.color} fillOpacity={0.32} />
            <path d={bar.own} fill={props.color} />
            {bar.critical !== '' && <path d={bar.critical} fill={styles.critical} />}
            {ticks !== '' && <path d={ticks} fill={styles.event} />}
            {bar.labelBack !== '' && <path d={bar.labelBack} className={styles.labelBack} />}
          </g>
          <text x={bar.labelLeft} y={16} className={styles.label}>
            {bar.label}
          </text>
          {failed && (
            <>
              <path d={`M${bar.errorAt - 5} 12a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z`} className={styles.labelError} />
              <path d={`M${bar.errorAt} 9v3.6M${bar.errorAt} 14v1.2`} className={styles.labelErrorMark} />
            </>
          )}
        </svg>
        <span className={styles.spoken}>
          {bar.label}
          {failed && ', error'}
        </span>
      </div>
    </div>
  );
}

/** A row of the waterfall; renders again only when one of its own values changes. */
export const WaterfallRow = memo(WaterfallRowInner);
