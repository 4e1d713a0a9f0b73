// SPDX-License-Identifier: Apache-2.0
//
// The size of an element, for layouts that depend on their own room and not on the window's: the same view fills a page
// and a panel of a dashboard.

import { useLayoutEffect, useState, type RefObject } from 'react';

/** In CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Size of the element without borders and scroll bars, followed; that of a usual page before the first measurement. */
export function useSize(element: RefObject<HTMLElement>): Size {
  const [size, setSize] = useState<Size>({ width: 1600, height: 900 });
  useLayoutEffect(() => {
    const target = element.current;
    if (target === null) return undefined;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = target;
      setSize((old) => (old.width === width && old.height === height ? old : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return size;
}
