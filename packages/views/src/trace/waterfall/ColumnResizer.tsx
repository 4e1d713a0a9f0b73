// SPDX-License-Identifier: Apache-2.0
//
// The handle between tree and time: drag, or arrow keys when it has the focus.

import { useRef } from 'react';

interface ColumnResizerProps {
  /** Share of the width left of the handle. */
  readonly share: number;
  readonly width: number;
  /** Where the handle stands, pixels. */
  readonly left: number;
  readonly onShare: (share: number) => void;
  readonly className: string;
}

const least = 0.1;
const most = 0.8;

/** A vertical separator that moves. */
export function ColumnResizer({ share, width, left, onShare, className }: ColumnResizerProps) {
  const drag = useRef<{ x: number; share: number } | undefined>(undefined);
  const set = (next: number): void => onShare(Math.min(most, Math.max(least, next)));
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the tree column"
      aria-valuemin={least * 100}
      aria-valuemax={most * 100}
      aria-valuenow={Math.round(share * 100)}
      tabIndex={0}
      className={className}
      style={{ left }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { x: event.clientX, share };
      }}
      onPointerMove={(event) => {
        if (drag.current !== undefined && width > 0) {
          set(drag.current.share + (event.clientX - drag.current.x) / width);
        }
      }}
      onPointerUp={() => (drag.current = undefined)}
      onPointerCancel={() => (drag.current = undefined)}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
        event.stopPropagation();
        event.preventDefault();
        set(share + (event.key === 'ArrowLeft' ? -0.02 : 0.02));
      }}
    />
  );
}
