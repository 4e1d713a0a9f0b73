// SPDX-License-Identifier: Apache-2.0
//
// A name that is read out and not shown, for controls that take no `aria-label` but the id of an element (Grafana's
// Combobox).
import { css } from '@emotion/css';
import { useId } from 'react';
import type { ReactNode } from 'react';

const styles = {
  // Keeps the name, which is outside of the flow, within the scrolled part of the page.
  frame: css({ position: 'relative', display: 'inline-flex' }),
  name: css({
    position: 'absolute',
    width: 1,
    height: 1,
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  }),
};

export function Labelled({ name, children }: { name: string; children: (labelId: string) => ReactNode }) {
  const id = useId();
  return (
    <span className={styles.frame}>
      <span id={id} className={styles.name}>
        {name}
      </span>
      {children(id)}
    </span>
  );
}
