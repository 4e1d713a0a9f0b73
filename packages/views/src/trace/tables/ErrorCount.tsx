// SPDX-License-Identifier: Apache-2.0
//
// A number of errors: red and with a sign, or nothing.

import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { countOf, formatCount } from '../../format/index.ts';
import { Mark } from '../waterfall/Mark.tsx';

function getStyles(theme: GrafanaTheme2) {
  return {
    error: css({ color: theme.colors.error.text }),
    icon: css({ color: theme.colors.error.text, marginLeft: 4, verticalAlign: 'middle' }),
  };
}

/** The count with the error sign; empty for 0. */
export function ErrorCount({ count }: { readonly count: number }) {
  const styles = useStyles2(getStyles);
  if (count === 0) return null;
  return (
    <span className={styles.error}>
      {formatCount(count)}
      <Mark kind="error" title={countOf(count, 'error')} className={styles.icon} />
    </span>
  );
}
