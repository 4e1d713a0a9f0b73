// SPDX-License-Identifier: Apache-2.0
//
// A service with its colour, for tables.

import { css } from '@emotion/css';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { serviceSwatch } from '../../theme/index.ts';

function getStyles() {
  return {
    mark: css({
      display: 'inline-block',
      width: 3,
      height: 14,
      borderRadius: 1,
      marginRight: 6,
      verticalAlign: 'middle',
    }),
  };
}

/** Mark and name. */
export function ServiceName({ name }: { readonly name: string }) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  return (
    <>
      <span className={styles.mark} style={{ background: serviceSwatch(name, theme) }} />
      {name}
    </>
  );
}
