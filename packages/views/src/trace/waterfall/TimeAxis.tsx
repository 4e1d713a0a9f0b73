// SPDX-License-Identifier: Apache-2.0
//
// The head of the time column: tick labels, and a drag across it zooms to the chosen time.

import { useRef, useState, type PointerEvent } from 'react';
import type { Tick } from '../layout/ticks.ts';
import { clampViewport, type Viewport } from '../layout/viewport.ts';
import type { WaterfallStyles } from './styles.ts';

interface TimeAxisProps {
  readonly ticks: readonly Tick[];
  readonly viewport: Viewport;
  readonly duration: number;
  /** Pixels; the rest of the column has room for labels only. */
  readonly width: number;
  readonly onZoom: (viewport: Viewport | undefined) => void;
  readonly styles: WaterfallStyles;
}

/** Axis with ticks; a double click shows the whole trace. */
export function TimeAxis({ ticks, viewport, duration, width, onZoom, styles }: TimeAxisProps) {
  const [brush, setBrush] = useState<{ from: number; to: number } | undefined>(undefined);
  const element = useRef<HTMLDivElement>(null);

  const share = (event: PointerEvent): number => {
    const box = element.current?.getBoundingClientRect();
    if (box === undefined || width === 0) return 0;
    return Math.min(1, Math.max(0, (event.clientX - box.left) / width));
  };
  const onPointerUp = (): void => {
    if (brush === undefined) return;
    setBrush(undefined);
    const time = viewport.to - viewport.from;
    if (Math.abs(brush.to - brush.from) < 0.005) return;
    onZoom(clampViewport({ from: viewport.from + brush.from * time, to: viewport.from + brush.to * time }, duration));
  };
  return (
    <div
      ref={element}
      role="columnheader"
      aria-label="Time"
      title="Drag to zoom, double click for all"
      className={styles.axis}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        const at = share(event);
        setBrush({ from: at, to: at });
      }}
      onPointerMove={(event) => {
        if (brush !== undefined) setBrush({ from: brush.from, to: share(event) });
      }}
      onPointerUp={onPointerUp}
      onPointerCancel={() => setBrush(undefined)}
      onDoubleClick={() => onZoom(undefined)}
    >
      {ticks.map((tick) => (
        <span key={tick.time} className={styles.tickLabel} style={{ left: tick.at * width }}>
          {tick.label}
        </span>
      ))}
      {brush !== undefined && (
        <span
          className={styles.brush}
          style={{
            left: Math.min(brush.from, brush.to) * width,
            width: Math.abs(brush.to - brush.from) * width,
          }}
        />
      )}
    </div>
  );
}
