// SPDX-License-Identifier: Apache-2.0
//
// Help for the piece of the text under the pointer, after a short rest, or at the caret when it is asked for. The text is drawn by
// a layer with an element for each piece; where those are says what is pointed at.
import { useCallback, useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';
import { helpAt } from './help.ts';
import type { TokenHelp } from './help.ts';

const restMs = 350;

export interface ShownHelp {
  readonly help: TokenHelp;
  readonly left: number;
  readonly top: number;
}

/** `layer` holds an element with `data-start` for each piece of `text`. */
export function useTokenHelp(layer: RefObject<HTMLElement>, text: string) {
  const [shown, setShown] = useState<ShownHelp>();
  const rest = useRef<ReturnType<typeof setTimeout>>();
  const hide = useCallback(() => {
    clearTimeout(rest.current);
    setShown(undefined);
  }, []);
  useEffect(() => hide, [hide, text]);

  const showAt = useCallback(
    (offset: number) => {
      const help = helpAt(text, offset);
      const piece = layer.current?.querySelector<HTMLElement>(`[data-start="${String(help?.start ?? offset)}"]`);
      const around = layer.current?.getBoundingClientRect();
      const [box] = piece?.getClientRects() ?? [];
      if (help === undefined || box === undefined || around === undefined) {
        setShown(undefined);
        return;
      }
      const left = Math.max(0, Math.min(box.left - around.left, around.width - 320));
      setShown({ help, left, top: box.bottom - around.top + 4 });
    },
    [layer, text]
  );
  const pointAt = useCallback(
    (x: number, y: number) => {
      clearTimeout(rest.current);
      const offset = offsetAt(layer.current, x, y);
      if (offset === undefined) {
        setShown(undefined);
        return;
      }
      rest.current = setTimeout(() => showAt(offset), restMs);
    },
    [layer, showAt]
  );
  return { shown, pointAt, showAt, hide };
}

/** Offset of the piece at a point of the window. */
function offsetAt(layer: HTMLElement | null, x: number, y: number): number | undefined {
  for (const piece of layer?.querySelectorAll<HTMLElement>('[data-start]') ?? []) {
    for (const box of piece.getClientRects()) {
      if (x >= box.left && x < box.right && y >= box.top && y < box.bottom) {
        return Number(piece.dataset['start']);
      }
    }
  }
  return undefined;
}
