// SPDX-License-Identifier: Apache-2.0
//
// What the signs of the service map mean, in one line.

import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

const getStyles = (theme: GrafanaTheme2) => ({
  legend: css({
    margin: 0,
    flex: 'none',
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
});

export function MapLegend() {
  const styles = useStyles2(getStyles);
  return (
    <p className={styles.legend}>
      below a name: rate {'\u00b7'} p95; size: rate; red part of the ring: share of errors; width of a line: traffic;
      dashed red line: calls that fail; dashed disc: known from its callers only
    </p>
  );
}
