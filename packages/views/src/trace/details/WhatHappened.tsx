// SPDX-License-Identifier: Apache-2.0
//
// The failure of a span in its own words: status message and exceptions with their stacks.

import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, useStyles2 } from '@grafana/ui';
import { STATUS_ERROR, type Span } from '@tracewell/trace';
import { exceptionsOf } from './exceptions.ts';

function getStyles(theme: GrafanaTheme2) {
  return {
    box: css({
      position: 'relative',
      marginTop: theme.spacing(1),
      padding: theme.spacing(0.5, 1),
      borderLeft: `3px solid ${theme.colors.error.border}`,
      background: theme.colors.error.transparent,
      overflowWrap: 'anywhere',
    }),
    plain: css({ borderLeftColor: theme.colors.border.medium, background: theme.colors.background.secondary }),
    type: css({ fontWeight: theme.typography.fontWeightMedium }),
    stack: css({
      margin: theme.spacing(0.5, 0),
      padding: 0,
      border: 0,
      background: 'transparent',
      color: theme.colors.text.primary,
      maxHeight: 200,
      overflow: 'auto',
      fontFamily: theme.typography.fontFamilyMonospace,
      fontSize: theme.typography.bodySmall.fontSize,
      whiteSpace: 'pre',
      overflowWrap: 'normal',
    }),
  };
}

/** Nothing where a span has neither a message nor an exception. */
export function WhatHappened({ span }: { readonly span: Span }) {
  const styles = useStyles2(getStyles);
  const exceptions = exceptionsOf(span);
  const failed = span.statusCode === STATUS_ERROR;
  // An exception that repeats the status message says it once.
  const message = exceptions.some((exception) => exception.message === span.statusMessage) ? '' : span.statusMessage;
  if (message === '' && exceptions.length === 0) return null;
  return (
    <>
      {message !== '' && <div className={failed ? styles.box : `${styles.box} ${styles.plain}`}>{message}</div>}
      {exceptions.map((exception, index) => (
        <div key={index} className={styles.box}>
          <span className={styles.type}>{exception.type}</span>
          {exception.type !== '' && exception.message !== '' && ': '}
          {exception.message}
          {exception.stack !== '' && (
            <>
              <pre className={styles.stack} tabIndex={0} aria-label="Stack">
                {exception.stack}
              </pre>
              <ClipboardButton icon="copy" size="sm" fill="text" variant="secondary" getText={() => exception.stack}>
                Copy the stack
              </ClipboardButton>
            </>
          )}
        </div>
      ))}
    </>
  );
}
