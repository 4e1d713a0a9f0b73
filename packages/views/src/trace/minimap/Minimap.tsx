// SPDX-License-Identifier: Apache-2.0
//
// The whole trace in a strip: shows where the viewport is and what failed. Drag to zoom, drag the edges to change, drag
// the bar on top to move, double click for all. The same can be done with keys in the waterfall.

import { useEffect, useLayoutEffect, useMemo, useRef, useState, type PointerEvent } from 'react';
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { serviceColor } from '../../theme/index.ts';
import { formatDuration } from '../../format/index.ts';
import type { Trace } from '@tracewell/trace';
import { axisTicks } from '../layout/ticks.ts';
import { clampViewport, isWhole, wholeTrace, type Viewport } from '../layout/viewport.ts';
import { traceTestIds } from '../test-ids.ts';
import { minimapMarks } from './minimap-marks.ts';

interface MinimapProps {
  readonly trace: Trace;
  readonly viewport: Viewport;
  readonly onZoom: (viewport: Viewport | undefined) => void;
}

const HEIGHT = 52;
const AXIS = 16;
const EDGE = 5;
/** Less than this is a click and not a drag. */
const LEAST_DRAG = 4;

type Drag =
  | { readonly kind: 'select'; readonly from: number; readonly to: number }
  | { readonly kind: 'from' | 'to' | 'move'; readonly at: number; readonly viewport: Viewport };

function getStyles(theme: GrafanaTheme2) {
  return {
    frame: css({
      position: 'relative',
      height: HEIGHT + AXIS,
      flex: 'none',
      cursor: 'crosshair',
      userSelect: 'none',
      touchAction: 'none',
      overflow: 'hidden',
      background: theme.colors.background.primary,
      fontSize: theme.typography.bodySmall.fontSize,
      color: theme.colors.text.secondary,
    }),
    canvas: css({ position: 'absolute', left: 0, top: AXIS, display: 'block' }),
    tick: css({
      position: 'absolute',
      top: 0,
      bottom: 0,
      lineHeight: `${AXIS}px`,
      paddingLeft: 4,
      borderLeft: `1px solid ${theme.colors.border.weak}`,
      pointerEvents: 'none',
      whiteSpace: 'nowrap',
    }),
    shade: css({
      position: 'absolute',
      top: 0,
      bottom: 0,
      background: theme.colors.background.canvas,
      opacity: 0.7,
      pointerEvents: 'none',
    }),
    window: css({
      position: 'absolute',
      top: 0,
      bottom: 0,
      borderLeft: `1px solid ${theme.colors.primary.border}`,
      borderRight: `1px solid ${theme.colors.primary.border}`,
      pointerEvents: 'none',
    }),
    select: css({ background: theme.colors.primary.transparent }),
    edge: css({
      position: 'absolute',
      top: AXIS + 8,
      height: 24,
      width: EDGE,
      borderRadius: theme.shape.radius.default,
      background: theme.colors.primary.border,
      pointerEvents: 'none',
    }),
    grip: css({
      position: 'absolute',
      top: 0,
      height: 6,
      background: theme.colors.primary.border,
      pointerEvents: 'none',
    }),
  };
}

/** The minimap of a trace. */
export function Minimap({ trace, viewport, onZoom }: MinimapProps) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [drag, setDrag] = useState<Drag | undefined>(undefined);
  const whole = wholeTrace(trace.duration);
  const scale = width / whole.to;

  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, []);

  const marks = useMemo(() => minimapMarks(trace, width, HEIGHT - 4), [trace, width]);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context === null || context === undefined || width === 0) return;
    const ratio = globalThis.devicePixelRatio;
    context.canvas.width = Math.round(width * ratio);
    context.canvas.height = Math.round(HEIGHT * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const colors = trace.serviceNames.map((name) => serviceColor(name, theme));
    for (const mark of marks) {
      context.fillStyle = mark.error ? theme.colors.error.main : (colors[mark.service] ?? '');
      context.fillRect(mark.x, mark.y + 2, mark.width, mark.height);
    }
  }, [marks, width, trace, theme]);

  const zoomed = !isWhole(viewport, trace.duration);
  const left = viewport.from * scale;
  const right = viewport.to * scale;

  const place = (event: PointerEvent): { x: number; y: number } => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: Math.min(width, Math.max(0, event.clientX - box.left)), y: event.clientY - box.top };
  };
  const partAt = ({ x, y }: { x: number; y: number }): 'from' | 'to' | 'move' | 'select' => {
    if (!zoomed) return 'select';
    if (Math.abs(x - left) <= EDGE + 1) return 'from';
    if (Math.abs(x - right) <= EDGE + 1) return 'to';
    return y <= AXIS && x > left && x < right ? 'move' : 'select';
  };
  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const point = place(event);
    const kind = partAt(point);
    setDrag(kind === 'select' ? { kind, from: point.x, to: point.x } : { kind, at: point.x, viewport });
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>): void => {
    const point = place(event);
    if (drag === undefined) {
      const part = partAt(point);
      event.currentTarget.style.cursor = part === 'select' ? 'crosshair' : part === 'move' ? 'grab' : 'ew-resize';
      return;
    }
    if (drag.kind === 'select') return setDrag({ ...drag, to: point.x });
    const by = (point.x - drag.at) / scale;
    const { from, to } = drag.viewport;
    onZoom(
      clampViewport(
        { from: drag.kind === 'to' ? from : from + by, to: drag.kind === 'from' ? to : to + by },
        trace.duration
      )
    );
  };
  const onPointerUp = (): void => {
    setDrag(undefined);
    if (drag?.kind !== 'select' || Math.abs(drag.to - drag.from) < LEAST_DRAG) return;
    onZoom(clampViewport({ from: drag.from / scale, to: drag.to / scale }, trace.duration));
  };

  return (
    <div
      ref={frame}
      role="img"
      aria-label={`Minimap: ${formatDuration(viewport.from)} to ${formatDuration(viewport.to)} of ${formatDuration(trace.duration)} on screen`}
      title={zoomed ? 'Drag to zoom, drag the edges to change, double click for all' : 'Drag to zoom'}
      className={styles.frame}
      data-testid={traceTestIds.minimap}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => setDrag(undefined)}
      onDoubleClick={() => onZoom(undefined)}
    >
      {axisTicks(whole, width, 120).map((tick) => (
        <span key={tick.time} className={styles.tick} style={{ left: `${tick.at * 100}%` }}>
          {tick.label}
        </span>
      ))}
      <canvas ref={canvas} className={styles.canvas} style={{ width, height: HEIGHT }} />
      {zoomed && (
        <>
          <span className={styles.shade} style={{ left: 0, width: left }} />
          <span className={styles.shade} style={{ left: right, right: 0 }} />
          <span className={styles.window} style={{ left, width: Math.max(1, right - left) }} />
          <span className={styles.grip} style={{ left, width: Math.max(2, right - left) }} />
          <span className={styles.edge} style={{ left: left - EDGE / 2 }} />
          <span className={styles.edge} style={{ left: right - EDGE / 2 }} />
        </>
      )}
      {drag?.kind === 'select' && (
        <span
          className={cx(styles.window, styles.select)}
          style={{ left: Math.min(drag.from, drag.to), width: Math.abs(drag.to - drag.from) }}
        />
      )}
    </div>
  );
}
