// SPDX-License-Identifier: Apache-2.0
//
// The part of a trace's time that is on screen, and the arithmetic of zooming and panning. Times are nanoseconds
// from the trace's start. A viewport always lies inside the trace and is never narrower than `minimumWidth`.

export interface Viewport {
  readonly from: number;
  readonly to: number;
}

/** The narrowest viewport, in nanoseconds: below this a bar has no more to show. */
export const minimumWidth = 100;

/** Everything: 0 to the duration; a trace without duration still has an axis of `minimumWidth`. */
export function wholeTrace(duration: number): Viewport {
  return { from: 0, to: Math.max(duration, minimumWidth) };
}

/** The nearest allowed viewport: inside the trace, not too narrow, ends in order. */
export function clampViewport(viewport: Viewport, duration: number): Viewport {
  const whole = wholeTrace(duration);
  const width = Math.min(whole.to, Math.max(minimumWidth, Math.abs(viewport.to - viewport.from)));
  const from = Math.min(Math.max(0, Math.min(viewport.from, viewport.to)), whole.to - width);
  return { from, to: from + width };
}

/** Zooms by `factor` (2 = half as much time on screen), keeping the time at `anchor` (0 to 1 of the width) in place. */
export function zoomAt(viewport: Viewport, anchor: number, factor: number, duration: number): Viewport {
  const width = viewport.to - viewport.from;
  const next = Math.max(minimumWidth, Math.min(wholeTrace(duration).to, width / factor));
  const from = viewport.from + (width - next) * anchor;
  return clampViewport({ from, to: from + next }, duration);
}

/** Moves by a share of the width: 0.1 is a tenth of the screen to the right. The width is kept at the ends. */
export function pan(viewport: Viewport, share: number, duration: number): Viewport {
  const width = viewport.to - viewport.from;
  const by = width * share;
  return clampViewport({ from: viewport.from + by, to: viewport.to + by }, duration);
}

/** True when nothing is cut off. */
export function isWhole(viewport: Viewport, duration: number): boolean {
  return viewport.from <= 0 && viewport.to >= wholeTrace(duration).to;
}

/** A viewport that shows the given span with some room around; for "focus" (double click). */
export function around(from: number, to: number, duration: number): Viewport {
  const room = Math.max((to - from) * 0.1, minimumWidth / 2);
  return clampViewport({ from: Math.max(0, from - room), to: Math.min(wholeTrace(duration).to, to + room) }, duration);
}

/** `zoom` of the address: `<from>-<to>` in whole nanoseconds; undefined for the whole trace. */
export function toZoomParam(viewport: Viewport, duration: number): string | undefined {
  return isWhole(viewport, duration) ? undefined : `${Math.round(viewport.from)}-${Math.round(viewport.to)}`;
}

/** Reads {@link toZoomParam}; whatever cannot be read is the whole trace. */
export function parseZoomParam(text: string | undefined, duration: number): Viewport {
  const match = /^(\d{1,16})-(\d{1,16})$/.exec(text ?? '');
  if (match === null || Number(match[1]) === Number(match[2])) return wholeTrace(duration);
  return clampViewport({ from: Number(match[1]), to: Number(match[2]) }, duration);
}
