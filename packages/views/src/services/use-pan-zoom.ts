// SPDX-License-Identifier: Apache-2.0
//
// Pan by dragging, zoom by wheel around the pointer, fit to the place. Returns a transform for an SVG group.
import { useCallback, useEffect, useRef, useState } from 'react';
import type { PointerEvent, RefObject } from 'react';

export interface View {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

const leastScale = 0.05;
const mostScale = 3;
/** Pixels at the bottom that the buttons for zooming take; nothing is put under them. */
const toolsHeight = 36;

/** The view that shows a picture of the given size whole and centred in a place, never larger than life. */
export function fitView(place: { width: number; height: number }, picture: { width: number; height: number }): View {
  if (picture.width === 0 || picture.height === 0 || place.width === 0 || place.height === 0) {
    return { x: 0, y: 0, scale: 1 };
  }
  const scale = Math.min(1, place.width / picture.width, place.height / picture.height);
  return { scale, x: (place.width - picture.width * scale) / 2, y: (place.height - picture.height * scale) / 2 };
}

/** The view after zooming by `factor` with the point (x, y) of the place staying where it is. */
export function zoomView(view: View, factor: number, x: number, y: number): View {
  const scale = Math.min(mostScale, Math.max(leastScale, view.scale * factor));
  const ratio = scale / view.scale;
  return { scale, x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio };
}

export function usePanZoom(place: RefObject<SVGSVGElement>, picture: { width: number; height: number } | undefined) {
  const [view, setView] = useState<View>({ x: 0, y: 0, scale: 1 });
  const drag = useRef<{ x: number; y: number }>();
  const width = picture?.width ?? 0;
  const height = picture?.height ?? 0;

  const fit = useCallback(() => {
    const box = place.current?.getBoundingClientRect();
    if (box !== undefined) {
      const free = { width: box.width, height: Math.max(box.height / 2, box.height - toolsHeight) };
      setView(fitView(free, { width, height }));
    }
  }, [place, width, height]);
  useEffect(fit, [fit]);
  // A picture that nobody has moved goes on filling its place; one that somebody has stays where they put it.
  const moved = useRef(false);
  useEffect(() => {
    moved.current = false;
  }, [fit]);
  useEffect(() => {
    const element = place.current;
    if (element === null) {
      return undefined;
    }
    const observer = new ResizeObserver(() => {
      if (!moved.current) {
        fit();
      }
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [place, fit]);

  useEffect(() => {
    const element = place.current;
    if (element === null) {
      return undefined;
    }
    // React's own wheel handlers are passive and cannot keep the page from scrolling.
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      moved.current = true;
      const box = element.getBoundingClientRect();
      setView((before) =>
        zoomView(before, Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top)
      );
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [place]);

  const zoomBy = useCallback(
    (factor: number) => {
      const box = place.current?.getBoundingClientRect();
      moved.current = true;
      setView((before) => zoomView(before, factor, (box?.width ?? 0) / 2, (box?.height ?? 0) / 2));
    },
    [place]
  );
  const handlers = {
    onPointerDown: (event: PointerEvent) => {
      if (event.button === 0 && event.target === event.currentTarget) {
        drag.current = { x: event.clientX, y: event.clientY };
        event.currentTarget.setPointerCapture(event.pointerId);
      }
    },
    onPointerMove: (event: PointerEvent) => {
      const last = drag.current;
      if (last !== undefined) {
        drag.current = { x: event.clientX, y: event.clientY };
        moved.current = true;
        setView((before) => ({
          ...before,
          x: before.x + event.clientX - last.x,
          y: before.y + event.clientY - last.y,
        }));
      }
    },
    onPointerUp: () => {
      drag.current = undefined;
    },
  };
  const fitAgain = useCallback(() => {
    moved.current = false;
    fit();
  }, [fit]);
  return { view, fit: fitAgain, zoomBy, handlers };
}
