// SPDX-License-Identifier: Apache-2.0
//
// JSON as text, with copy.

import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, useStyles2 } from '@grafana/ui';
import type { Json } from '../export/otlp-json.ts';

function getStyles(theme: GrafanaTheme2) {
  return {
    text: css({
      margin: 0,
      padding: theme.spacing(0.5),
      border: 0,
      background: theme.colors.background.secondary,
      color: theme.colors.text.primary,
      fontFamily: theme.typography.fontFamilyMonospace,
      fontSize: theme.typography.bodySmall.fontSize,
      overflowX: 'auto',
      whiteSpace: 'pre',
    }),
  };
}

/** A value as indented JSON. */
export function JsonText({ value }: { readonly value: Json }) {
  const styles = useStyles2(getStyles);
  const text = JSON.stringify(value, undefined, 2);
  return (
    <>
      <ClipboardButton icon="copy" size="sm" fill="text" variant="secondary" getText={() => text}>
        Copy
      </ClipboardButton>
      <pre className={styles.text} tabIndex={0} aria-label="JSON">
        {text}
      </pre>
    </>
  );
}
