// SPDX-License-Identifier: Apache-2.0
//
// The width of an element, for layouts that depend on their own room and not on the window's.

import { useLayoutEffect, useState, type RefObject } from 'react';

/** Width in pixels, followed; a wide guess before the first measurement. */
export function useWidth(element: RefObject<HTMLElement>): number {
  const [width, setWidth] = useState(1600);
  useLayoutEffect(() => {
    const target = element.current;
    if (target === null) return undefined;
    const measure = (): void => setWidth(target.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
